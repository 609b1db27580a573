// What a box says becomes what we know: copies' states, first readiness, positions, erased
// partitions.
#include "master/domain/box_trust.h"
#include "master/domain/disk_class.h"
#include "master/domain/domain_reports.h"
#include "master/domain/electing.h"
#include "master/domain/group.h"
#include "master/domain/host_life.h"
#include "master/domain/line_check.h"
#include "master/domain/patience.h"
#include "master/domain/refusing.h"
#include "master/domain/takeovers.h"
#include "master/domain/upgrades.h"

namespace foyer::master {
namespace {

EventKind arrival(NodeState from) {
    switch (from) {
        case NodeState::Expected: return "node_online";
        case NodeState::Silent: return "node_back";
        case NodeState::Lost: return "node_returned";
        case NodeState::Online: break;
    }
    CHECK(false);
}

// The node's own row: it is there, its token is used up, its capacity is what it says.
void hear_node(const ReportNode& command, const Node& before, Draft& draft) {
    Node node = before;
    if (node.state != NodeState::Online) {
        draft.event(arrival(node.state), node, "syncs");
        if (node.missing_told && node.state == NodeState::Silent)
            draft.event("node_found", node, "it is heard of again");
        node.missing_told = false;
        CHECK(can_move(node.state, NodeState::Online));
        node.state = NodeState::Online;
        node.silent_since.reset();
        node.eviction_held = false;
    }
    node.token_used = true;
    const bool another_agent =
        !command.agent_version.empty() && command.agent_version != node.agent_version;
    // What another agent found may be nothing to this one, which says so if not.
    if (another_agent && !command.care) node = hear_care(BoxCare{}, std::move(node), draft);
    if (another_agent) node.agent_version = command.agent_version;
    const bool offers_else = command.capacity && *command.capacity != node.offered;
    if (offers_else && is_sane(*command.capacity)) {
        node.offered = *command.capacity;
        // Reserved never exceeds capacity: a box that shrank below what it holds keeps the part it
        // holds until it is relieved.
        const Resources reserved = draft.state().reserved_on(node.name);
        if (!reserved.fits_into(node.offered))
            draft.event("node_overcommitted", node,
                        "the box offers less than its partitions hold: some are moved");
        node.capacity = larger(node.offered, reserved);
    }
    if (command.disk_free && is_disk_news(node.disk_free, *command.disk_free))
        node.disk_free = disk_class(*command.disk_free);
    // The other edges answer for its account from now on.
    if (command.domains && node.edge && command.domains->acme_thumbprint != node.acme_thumbprint) {
        node.acme_thumbprint = command.domains->acme_thumbprint;
        node.overlay_revision = draft.revision();
    }
    if (command.host) node = hear_host(*command.host, std::move(node), draft);
    if (command.care) node = hear_care(*command.care, std::move(node), draft);
    if (command.refuses) node = hear_refusals(*command.refuses, std::move(node), draft);
    if (command.line) node = hear_line(*command.line, std::move(node), draft);
    if (!(node == before)) draft.put(node);
}

// No box can have obeyed what was not decided yet, nor hold a log of an epoch that never was: such
// a report is of a box that is confused, or of another master's time.
bool is_possible(const PartitionObservation& seen, const Group& group) {
    // Where a group elects, its boxes know of epochs first.
    if (elects(group.instance)) return seen.fence.generation <= group.instance.fence.generation;
    const bool sane_position =
        !seen.position ||
        (seen.position->flushed_bytes >= 0 && seen.position->epoch <= group.instance.fence.epoch);
    return seen.fence <= group.instance.fence && sane_position;
}

// Only a good run ends a failure: between two failed attempts a copy is being prepared or started.
void note_failing(Replica& replica, bool lost_voter, WallTime now) {
    const Observed& seen = replica.observed;
    if (lost_voter) {
        if (!replica.failing_since) replica.failing_since = now;
        return;
    }
    switch (seen.phase) {
        case PartitionPhase::Failed:
        case PartitionPhase::Unhealthy:
            if (!replica.failing_since) replica.failing_since = now;
            return;
        case PartitionPhase::Running:
            if (seen.ready) replica.failing_since.reset();
            return;
        case PartitionPhase::Stopped:
        case PartitionPhase::Erasing: replica.failing_since.reset(); return;
        case PartitionPhase::Assigned:
        case PartitionPhase::Preparing:
        case PartitionPhase::Starting:
        case PartitionPhase::Stopping: return;
    }
    CHECK(false);
}

// An observation counts for its own replica on its own box, and never goes back to an older fence.
// What a box still holds of a deleted instance says nothing of the one that has its name now.
void hear_replica(Group& group, const PartitionObservation& seen, const NodeId& from,
                  Draft& draft) {
    for (Replica& replica : group.replicas) {
        if (partition_id(replica.key) != seen.partition || replica.node != from ||
            is_other_order(seen.ordered_at, group.instance.created_at) ||
            seen.fence < replica.observed.fence || !is_possible(seen, group))
            continue;
        if (seen.phase == PartitionPhase::Failed &&
            replica.observed.phase != PartitionPhase::Failed) {
            draft.event("copy_failed", group.instance,
                        "copy on '" + from.str() + "': " + seen.reason);
        }
        replica.observed = Observed(seen);
        // A revision of another master's time says nothing of ours.
        if (seen.applied >= draft.revision()) replica.observed.applied = Revision();
        note_failing(replica, votes_no_more(replica, seen), draft.now());
        if (!elects(group.instance)) continue;
        hear_member(group, replica, seen, draft);
        hear_evidence(group, seen, draft);
    }
}

// First successes are remembered on the instance.
void settle(Group& group, Draft& draft) {
    Instance& instance = group.instance;
    if (instance.desired == DesiredState::Deleted) return;
    const bool founded = std::ranges::any_of(group.replicas, [](const Replica& replica) {
        return replica.founder && replica.observed.initialized;
    });
    if (!instance.initialized && founded) {
        instance.initialized = true;
        if (instance.password_shown_at) instance.admin_password.reset();
        group.group_changed(draft);  // the password leaves the founder's box
    }
    if (instance.served != instance.fence && group.is_serving()) {
        instance.served = instance.fence;
        group.route_changed(draft);
        draft.event("serving", instance,
                    "copy on '" + group.leader()->node.str() + "' serves in epoch " +
                        std::to_string(instance.fence.epoch.number()));
    }
    begin_group(group, draft);
    advance_promotion(group, draft);
    advance_membership(group, draft);
}

bool is_erased(const ReportNode& command, const PartitionId& id) {
    if (std::ranges::find(command.erased, id) != command.erased.end()) return true;
    return command.observations_full &&
           std::ranges::none_of(command.observations, [&](const PartitionObservation& seen) {
               return seen.partition == id;
           });
}

}  // namespace

bool forget_copies(const Group& group, const std::function<bool(const Replica&)>& gone,
                   Draft& draft) {
    std::size_t left = group.replicas.size();
    for (const Replica& replica : group.replicas) {
        if (!gone(replica)) continue;
        draft.drop(DropReplica{replica.key});
        --left;
    }
    if (left > 0) return left < group.replicas.size();
    if (group.instance.operation) {
        Operation operation = draft.state().operations().at(*group.instance.operation);
        for (OperationStep& step : operation.steps) {
            step.state = OperationState::Succeeded;
            if (!step.finished_at) step.finished_at = draft.now();
            step.detail = "erased";
        }
        operation.state = OperationState::Succeeded;
        operation.finished_at = draft.now();
        draft.put(operation);
    }
    forget_takeovers(group.instance.name, draft);
    draft.drop(DropInstance{group.instance.name});
    draft.event("deleted", group.instance, "the last copy is erased");
    return true;
}

namespace {

std::set<InstanceName> instances_concerned(const State& state, const ReportNode& command,
                                           const Node& before) {
    std::set<InstanceName> names;
    for (const PartitionObservation& seen : command.observations) {
        if (const Replica* replica = state.find_replica(seen.partition))
            names.insert(replica->key.instance);
    }
    for (const PartitionId& id : command.erased) {
        if (const Replica* replica = state.find_replica(id)) names.insert(replica->key.instance);
    }
    for (const LeadershipReport& seen : command.leaderships) {
        if (const Replica* replica = state.find_replica(seen.partition))
            names.insert(replica->key.instance);
    }
    // A box that comes back may have nothing new to say; that it is there again is news.
    if (command.observations_full || before.state != NodeState::Online) {
        for (const ReplicaKey& key : state.replicas_on(command.node)) names.insert(key.instance);
    }
    return names;
}

}  // namespace

Result<Decision> report_node(const State& state, const ReportNode& command, WallTime now) {
    const Node node = TRY(find_row(state.nodes(), command.node, "node", "foyer node ls"));
    Draft draft(state, now);
    hear_node(command, node, draft);
    for (const InstanceName& name : instances_concerned(state, command, node)) {
        const auto found = state.instances().find(name);
        if (found == state.instances().end()) continue;
        Group group(state, found->second);
        group.heard_of(command.node);
        for (const PartitionObservation& seen : command.observations)
            hear_replica(group, seen, command.node, draft);
        hear_silences(group, command, draft);
        if (group.instance.desired == DesiredState::Deleted) {
            const auto gone = [&](const Replica& replica) {
                return replica.node == command.node &&
                       is_erased(command, partition_id(replica.key));
            };
            forget_copies(group, gone, draft);
            continue;
        }
        settle(group, draft);
        advance_operation(group, draft);
        group.put_back(draft);
    }
    if (command.upgrade) hear_upgrade(*command.upgrade, node, draft);
    hear_takeovers(node, command, draft);
    hear_domains(node, command, draft);
    return std::move(draft).done(command.node.str());
}

}  // namespace foyer::master
