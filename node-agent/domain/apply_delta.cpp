#include "node-agent/domain/apply_delta.h"

namespace foyer::agent {
namespace {

Status check_base(const DesiredNode& current, const NodeDelta& delta) {
    const bool same_lineage = current.lineage == delta.lineage;
    if (!delta.full() && (!same_lineage || current.revision != delta.base)) {
        return error(ErrorCode::Aborted, "difference starts from revision " +
                                             std::to_string(delta.base.number()) + " of lineage '" +
                                             delta.lineage.str() + "', this box has " +
                                             std::to_string(current.revision.number()) + " of '" +
                                             current.lineage.str() + "'");
    }
    if (same_lineage && delta.revision < current.revision) {
        return error(ErrorCode::FailedPrecondition,
                     "master went back from revision " + std::to_string(current.revision.number()) +
                         " to " + std::to_string(delta.revision.number()) + " of lineage '" +
                         delta.lineage.str() + "'");
    }
    return ok_status();
}

// What a full answer names replaces everything; partitions it does not name are returned.
std::vector<PartitionId> missing_from(const DesiredNode& current, const NodeDelta& delta) {
    std::map<PartitionId, bool> named;
    for (const Assignment& assignment : delta.assignments) named[assignment.partition] = true;
    std::vector<PartitionId> missing;
    for (const auto& [partition, assignment] : current.assignments) {
        if (!named.contains(partition)) missing.push_back(partition);
    }
    return missing;
}

// Fences compare within one order of a name. Of two orders the one named by a newer revision of the
// same lineage is the truth, whatever the master's clock said; a master of another lineage
// (restored from an older state) may still know an order that has been over here for long.
template <class Item>
bool is_older(const DesiredNode& current, const NodeDelta& delta, const Item& held,
              const Item& named) {
    if (!is_other_order(held.ordered_at, named.ordered_at)) return named.fence < held.fence;
    return current.lineage != delta.lineage && named.ordered_at < held.ordered_at;
}

void take_assignments(const DesiredNode& current, const NodeDelta& delta, AppliedDelta& out) {
    for (const Assignment& assignment : delta.assignments) {
        const auto old = current.assignments.find(assignment.partition);
        if (old != current.assignments.end() && is_older(current, delta, old->second, assignment)) {
            out.stale.push_back(assignment.partition);
        } else {
            out.node.assignments[assignment.partition] = assignment;
        }
    }
}

void take_routes(const DesiredNode& current, const NodeDelta& delta, DesiredNode& node) {
    // First what goes: a name that goes and comes at once was ordered anew.
    for (const std::string& hostname : delta.removed_routes) node.routes.erase(hostname);
    for (const EdgeRoute& route : delta.routes) {
        const auto old = current.routes.find(route.hostname);
        // Within one lineage a newer revision is the truth: its fence is lower only when the old
        // instance is gone and another one has its name.
        const bool newer = current.lineage == delta.lineage && old != current.routes.end() &&
                           route.revision > old->second.revision;
        const bool older = old != current.routes.end() && old->second.instance == route.instance &&
                           !newer && is_older(current, delta, old->second, route);
        node.routes[route.hostname] = older ? old->second : route;
    }
}

}  // namespace

Result<AppliedDelta> apply_delta(DesiredNode current, const NodeDelta& delta) {
    TRY(check_base(current, delta));
    AppliedDelta out;
    out.node = current;
    if (delta.full()) {
        const Removal removal =
            current.lineage == delta.lineage ? Removal::Ordered : Removal::Forgotten;
        for (const PartitionId& partition : missing_from(current, delta)) {
            out.removed[partition] = removal;
            out.node.assignments.erase(partition);
        }
        out.node.peers.clear();
        out.node.routes.clear();
    }
    take_assignments(current, delta, out);
    // Also what this box never took up (ordered and deleted while it could not be reached): the
    // master waits until it hears that nothing is left.
    for (const PartitionId& partition : delta.removed_assignments) {
        out.node.assignments.erase(partition);
        out.removed[partition] = Removal::Ordered;
    }
    for (const OverlayPeer& peer : delta.peers) out.node.peers[peer.node] = peer;
    for (const NodeId& node : delta.removed_peers) out.node.peers.erase(node);
    take_routes(current, delta, out.node);
    if (delta.settings) out.node.settings = *delta.settings;
    out.node.lineage = delta.lineage;
    out.node.revision = delta.revision;
    return out;
}

}  // namespace foyer::agent
