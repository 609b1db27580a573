// What one box has to hold: the full wish, and the difference since a revision it has.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/model/assignment.h"
#include "master/domain/state.h"

namespace foyer::master {

struct DesiredDelta {
    LineageId lineage;
    Revision base;  // 0: full
    Revision revision;
    std::optional<NodeSettings> settings;
    std::vector<Assignment>
        assignments;  // secrets still sealed: by_name holds Sealed texts, the border opens them
    std::vector<PartitionId> removed_assignments;
    std::vector<OverlayPeer> peers;
    std::vector<NodeId> removed_peers;
    std::vector<EdgeRoute> routes;
    std::vector<std::string> removed_routes;
    friend bool operator==(const DesiredDelta&, const DesiredDelta&) = default;
};

// What changed for `node` since it applied (lineage, revision); full when the difference is not
// known. The node exists.
DesiredDelta desired_since(const State& state, const NodeId& node, const LineageId& applied_lineage,
                           Revision applied);

}  // namespace foyer::master
