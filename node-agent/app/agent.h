// The agent's middle: the wish of the master on one side, the partitions' workers on the other, the
// journal below.
//
// Order of an answer: check and apply in memory, journal, tell the workers, and only then
// acknowledge (the next report names the revision). Thread-safe; the link calls report() and
// digest() from its one thread, workers call the book.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "common/model/sync.h"
#include "node-agent/app/box_worker.h"
#include "node-agent/app/domain_keeper.h"
#include "node-agent/app/group_keeper.h"
#include "node-agent/app/journal.h"
#include "node-agent/app/mail_keeper.h"
#include "node-agent/app/observation_book.h"
#include "node-agent/app/partition_worker.h"
#include "node-agent/app/zone_keeper.h"
#include "node-agent/domain/secret_handover.h"

namespace foyer::agent {

struct AgentRules {
    WorkerRules worker;
    ReportRules report;
    BoxRules box;
    int partitions_max = 64;
    std::string version;
    std::optional<Resources> capacity;  // reported with the first Sync
};

struct AgentPorts {
    ImageStore& images;
    PartitionRuntime& runtime;
    Overlay& overlay;
    EdgeProxy& proxy;
    BoxMeter& meter;
    ReleaseReader read_release;
    Journal& journal;
    const Clock& clock;
    Rng& rng;
    Log& log;
    GroupKeeper* groups = nullptr;    // none: no instance here elects by itself (tests)
    ZoneKeeper* zone = nullptr;       // none: this box is no name server (tests)
    DomainKeeper* domains = nullptr;  // none: it serves no names of customers (tests)
    MailKeeper* mail = nullptr;       // none: it relays no mail (tests)
};

// Who does the work. By default a thread for each partition and one for the box.
struct AgentHands {
    std::function<std::unique_ptr<Worker>(LocalState, Orders, const WorkerPorts&,
                                          const WorkerRules&)>
        partition;
    std::function<std::unique_ptr<BoxKeeper>(const BoxPorts&, const BoxRules&)> box;
};
AgentHands hands_with_threads();

class Agent {
public:
    Agent(const AgentPorts& ports, AgentRules rules, Recovered recovered,
          AgentHands hands = hands_with_threads());
    ~Agent();

    // Set before start(): called when there is news for the master.
    void on_news(std::function<void()> listener);
    // Adopts what runs, then brings everything to the journalled wish. Unavailable: the box cannot
    // be looked at.
    Status start();

    // What to say next. The agent asks for a full answer when its wish is lost, secrets are
    // missing, or a difference did not fit.
    SyncReport report();
    // Applies an answer. Aborted: it did not fit, the next report asks for everything (call Sync
    // again at once). Anything else: the journal cannot be written; nothing is obeyed that could
    // be forgotten, new partitions are reported as failed, and the master sends it all again.
    Status digest(const SyncAnswer& answer);
    // What the host wants of this box, from now on and after a restart; it beats the master's wish.
    // Unavailable, ResourceExhausted: it cannot be written down, and nothing changes.
    Status obey_host(const HostOrder& order);
    // What the host refuses on this box, likewise: nothing of it is begun here. A copy of it that
    // is here is served until the master wants it here no more, or is stopped now. InvalidArgument:
    // it makes no sense; else as obey_host().
    Status obey_refusals(const HostRefusals& refuses);
    // How the box fares, as it finds itself (care/): the master is told what changed.
    void tell_care(const BoxCare& care);
    // How it stands with upgrades of this agent (upgrade_keeper.h): likewise.
    void tell_upgrade(const UpgradeReport& upgrade);
    // The limits that the host set (limits_keeper.h) pause this box, until then where that is
    // known, or do not any more. Beside what he orders: neither ends the other. The master hears
    // the pause as he hears an order; a box that is to be emptied goes on being so.
    void obey_limits(const std::optional<HostOrder>& pause);
    // An order whose time is over is over. Called now and then; whether there was one.
    bool look_at_host_clock();
    HostWish host_wish() const;
    // Neither an order nor a limit of the host keeps it from work.
    bool serves() const;
    // Its host wants to leave, the master has heard it, and this box is to hold nothing any more.
    bool may_leave() const;
    // News that became due only with time.
    bool has_overdue_news() const;

    // For `foyer-node status`.
    struct Overview {
        LineageId lineage;
        Revision revision;
        NodeSettings settings;
        HostOrder host;
        HostRefusals refuses;
        std::map<PartitionId, std::string> refused;  // of what is assigned here, and why
        std::vector<PartitionObservation> partitions;
        BoxState box;
        ZoneState zone;
        DomainsState domains;
        MailState mail;
    };
    Overview overview() const;

private:
    void start_worker(const PartitionId& partition, LocalState local, Orders orders);
    void dispatch(const std::set<PartitionId>& assigned,
                  const std::map<PartitionId, Removal>& removed);
    void give(const PartitionId& partition);
    void order_box();
    void change_host(const HostOrder& order);
    void follow_pause(bool before);
    HostOrder told_order() const;
    Refused refused_of(const Assignment& wanted) const;
    Removal removal_of(const PartitionId& partition) const;
    // An edge that leaves holds no copies to move: it closes its doors.
    bool is_paused() const {
        return limit_pause_.has_value() || host_.wish == HostWish::Paused ||
               (host_.wish == HostWish::Leaving && desired_.settings.edge);
    }
    std::shared_ptr<CopyDesk> seat(const Assignment& assignment, const LocalState& local);
    void note_lost_secrets(const std::map<PartitionId, LocalState>& known);
    SecretsState secrets_of(const PartitionId& partition) const;
    void learn_secrets(const SecretNews& news);
    void keep_secrets();
    void sweep();
    void keep_takeovers();
    void refuse(const PartitionId& partition, const std::string& reason);
    void forget_refused();
    std::optional<std::vector<Digest>> images_in_use();

    AgentPorts ports_;
    AgentRules rules_;
    AgentHands hands_;
    ObservationBook book_;
    WorkerPorts worker_ports_;

    mutable std::mutex mutex_;
    Recovered recovered_;
    DesiredNode desired_;
    Removals removing_;        // wanted no more, and still on the box
    KeptTakeovers takeovers_;  // as on the disk
    struct LostSecrets {
        std::set<std::string> names;
        SecretsState state = SecretsState::WithMaster;
    };
    std::map<PartitionId, LostSecrets> lost_secrets_;
    std::string wish_version_;  // of the agent that took the wish up
    bool ask_full_ = false;
    bool first_report_ = true;
    std::optional<std::int64_t> disk_sent_;      // in the report that waits for its answer
    std::optional<std::int64_t> disk_reported_;  // what the master knows
    std::set<PartitionId> refused_;              // assigned, and not taken up
    HostOrder host_;
    HostRefusals refuses_;
    std::optional<HostOrder> limit_pause_;
    std::map<PartitionId, std::unique_ptr<Worker>> workers_;
    std::unique_ptr<BoxKeeper> box_;
};

}  // namespace foyer::agent
