// Observations on their way to the master: what changed, what was sent, what was acknowledged.
//
// Workers write, the link reads. Numbers grow by one with each report that carries something and
// begin at the wall clock of the start, so that an acknowledgement of an earlier life is never
// taken for one of ours. Whatever is not acknowledged is sent again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "common/model/agent_package.h"
#include "common/model/assignment.h"
#include "common/model/box_care.h"
#include "common/model/domain.h"
#include "common/model/host_wish.h"
#include "common/model/refusals.h"
#include "node-agent/app/takeover_log.h"
#include "node-agent/app/told_whole.h"
#include "node-agent/domain/observe.h"

namespace foyer::agent {

class ObservationBook {
public:
    ObservationBook(const Clock& clock, ReportRules rules);

    // Called (from any thread, without locks held) when something is worth a new report. Set once,
    // before the workers start.
    void on_news(std::function<void()> listener);

    void set(const PartitionObservation& seen);
    void erased(const PartitionId& partition);
    // Moments of takeovers: the newest are kept, of each partition and each instance, and told to
    // every new master.
    void note(const LeadershipReport& seen);
    void note(const RoutingReport& seen);
    KeptTakeovers takeovers() const;
    // Customers' names at this edge, all of them.
    void set(const DomainsReport& seen);
    // What the host of this box wants.
    void set(const HostOrder& order);
    // How the box says that it fares.
    void set(const BoxCare& care);
    // How it stands with upgrades of its agent.
    void set(const UpgradeReport& upgrade);
    // What its host refuses.
    void set(const HostRefusals& refuses);
    // The master has committed what the host wants.
    bool is_host_known() const;
    // The partition was never here after all (over the box's limit): no word of it any more.
    void drop(const PartitionId& partition);

    struct Batch {
        std::uint64_t number = 0;  // 0: nothing to say
        bool full = false;
        std::vector<PartitionObservation> observations;
        std::vector<PartitionId> erased;
        std::vector<LeadershipReport> leaderships;
        std::vector<RoutingReport> routings;
        std::optional<DomainsReport> domains;
        std::optional<HostOrder> host;
        std::optional<BoxCare> care;
        std::optional<UpgradeReport> upgrade;
        std::optional<HostRefusals> refuses;
    };
    Batch take();
    // The master has committed everything up to `number`; `wanted`: it wants all again.
    void acknowledge(std::uint64_t number, bool wanted);
    // Observations put off as mere progress become due with time: true when some are.
    bool has_overdue() const;
    std::vector<PartitionObservation> all() const;

private:
    template <class Report>
    void note_takeover(const Report& seen);
    struct Entry {
        PartitionObservation current;
        PartitionObservation reported;  // as last put into a batch
        bool ever_reported = false;
        bool dirty = true;  // not in a batch yet since it changed
        MonoTime reported_at;
        std::uint64_t sent_in = 0;  // batch not acknowledged yet; 0: none
    };
    bool is_due(const Entry& entry, MonoTime now) const;

    const Clock& clock_;
    ReportRules rules_;
    std::function<void()> listener_;
    mutable std::mutex mutex_;
    std::map<PartitionId, Entry> entries_;
    std::map<PartitionId, std::uint64_t> erased_;  // -> batch it was sent in, 0: not yet
    TakeoverLog takeovers_;
    ToldWhole<DomainsReport> domains_;
    ToldWhole<HostOrder> host_;
    ToldWhole<BoxCare> care_;
    ToldWhole<UpgradeReport> upgrade_;
    ToldWhole<HostRefusals> refuses_;
    std::uint64_t first_number_;
    std::uint64_t last_number_;
    bool full_wanted_ = true;
    std::uint64_t full_sent_in_ = 0;
};

}  // namespace foyer::agent
