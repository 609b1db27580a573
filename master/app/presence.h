// Who was heard of when. In memory only: heartbeats never reach the database, only the change to
// Silent (and back) does, and once a minute the times, all together (housekeeping.h).
//
// Silence is judged once a second. A master that is itself cut off hears nobody: when most of the
// boxes that should be there are late at once, nobody is called silent until enough of them are
// back. After a start every box has the full silence time to show up.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "common/base/time.h"
#include "common/base/units.h"
#include "common/model/ids.h"
#include "master/app/clock_gauge.h"
#include "master/domain/rows.h"

namespace foyer::master {

struct PresenceLimits {
    Duration silent_after{75'000};
    // More late boxes at once than both of these: the master is the isolated one.
    int isolated_percent = 50;
    int isolated_nodes_min = 3;
};

struct NodePresence {
    MonoTime heard_mono;
    std::optional<WallTime> heard_at;  // absent: not since this master started
    Duration clock_offset{0};          // the box's wall clock minus ours
    ClockGauge clock;                  // and how fast it runs
    std::int64_t disk_free_bytes = 0;
    std::uint64_t acknowledged = 0;  // newest observation number that was committed
    std::uint64_t taken = 0;         // newest that was handed to the planner
    bool reported_in_full = false;   // every partition was reported since this master started
    bool asked_in_full = false;      // it was told that we want that
    // The network its address is in, and since when without a break. Absent: not known.
    std::optional<AutonomousSystem> line;
    MonoTime line_since;
    MonoTime line_called;  // the newest call
};

struct Silence {
    std::vector<NodeId> silent;
    bool isolated = false;  // most are late: judged as our own fault, `silent` is empty
    std::size_t late = 0;
};

class Presence {
public:
    Presence(const Clock& clock, PresenceLimits limits);

    // `disk_free_bytes` 0: unchanged.
    void heard(const NodeId& node, WallTime clock_of_node, std::int64_t disk_free_bytes);
    // The network of the address it called from; nothing: none that is known. A silence breaks it.
    void called_from(const NodeId& node, const std::optional<AutonomousSystem>& system);
    // The network it has called from for at least so long, without a break.
    std::optional<AutonomousSystem> line(const NodeId& node, Duration settled) const;
    // Whether a report of this number is news: calls may overtake one another, and an old report
    // must not undo a newer one. 0 is not numbered, and always news.
    bool take(const NodeId& node, std::uint64_t number);
    void acknowledge(const NodeId& node, std::uint64_t number, bool in_full);
    // What was taken could not be committed: it will come again.
    void give_back(const NodeId& node);
    // True once for a box that has not reported in full: tell it so at once.
    bool must_ask(const NodeId& node);
    void forget(const NodeId& node);
    std::optional<NodePresence> find(const NodeId& node) const;
    std::vector<Sighting> sightings() const;  // of those heard since our start, by name
    std::optional<Bytes> disk_free(const NodeId& node) const;  // absent: not told since our start

    // Judges the boxes that are Online by the committed state.
    Silence judge(const std::vector<NodeId>& online) const;
    std::size_t online_count() const;  // heard of within the silence time

private:
    Duration quiet_for(const NodeId& node, MonoTime now) const;

    const Clock& clock_;
    const PresenceLimits limits_;
    const MonoTime started_;
    mutable std::mutex mutex_;
    std::unordered_map<NodeId, NodePresence> nodes_;
};

}  // namespace foyer::master
