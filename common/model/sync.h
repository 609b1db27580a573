// One round of Sync in plain words: what the box reports, and what the master answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "common/model/agent_package.h"
#include "common/model/assignment.h"
#include "common/model/box_care.h"
#include "common/model/domain.h"
#include "common/model/errand.h"
#include "common/model/host_wish.h"
#include "common/model/refusals.h"
#include "common/model/takeover.h"

namespace foyer {

// A difference of DesiredNode. Full (base 0): what it does not name is no longer wanted.
struct NodeDelta {
    LineageId lineage;
    Revision base;  // apply only on exactly this revision of this lineage; 0: full
    Revision revision;
    std::optional<NodeSettings> settings;
    std::vector<Assignment> assignments;
    std::vector<PartitionId> removed_assignments;
    std::vector<OverlayPeer> peers;
    std::vector<NodeId> removed_peers;
    std::vector<EdgeRoute> routes;
    std::vector<std::string> removed_routes;
    bool full() const { return base == Revision(0); }
    friend bool operator==(const NodeDelta&, const NodeDelta&) = default;
};

struct SyncReport {
    LineageId applied_lineage;
    Revision applied_revision;
    std::uint64_t observation_number = 0;  // 0: carries none
    std::vector<PartitionObservation> observations;
    bool observations_full = false;  // a partition that is missing no longer exists
    std::vector<PartitionId> erased;
    std::optional<Resources> capacity;
    std::string agent_version;
    WallTime clock;
    std::int64_t disk_free_bytes = 0;  // 1 when there is none; 0: unchanged
    bool immediate = false;
    std::vector<LeadershipReport> leaderships;
    std::vector<RoutingReport> routings;
    std::optional<DomainsReport> domains;  // absent: nothing new
    std::optional<HostOrder> host;         // absent: nothing new
    std::optional<BoxCare> care;           // absent: nothing new
    std::optional<HostRefusals> refuses;   // absent: nothing new
    std::optional<UpgradeReport> upgrade;  // absent: nothing new
    friend bool operator==(const SyncReport&, const SyncReport&) = default;
};

struct SyncAnswer {
    NodeDelta delta;
    std::uint64_t observations_acknowledged = 0;
    Duration next_delay{0};
    Duration hold_max{0};
    bool observations_wanted = false;
    WallTime clock;  // the master's; 0: not told
    std::vector<Errand> errands;
    std::optional<UpgradeOrder> upgrade;  // another version of the agent to take
    friend bool operator==(const SyncAnswer&, const SyncAnswer&) = default;
};

}  // namespace foyer
