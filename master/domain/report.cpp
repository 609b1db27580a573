// What a box says becomes what we know: copies' states, first readiness, positions, erased
// partitions.
#include "master/domain/group.h"

namespace foyer::master {
namespace {

// The node's own row: it is there, its token is used up, its capacity is what it says.
void hear_node(const ReportNode& command, const Node& before, Draft& draft) {
    Node node = before;
    if (node.state != NodeState::Online) {
        draft.event(node.state == NodeState::Silent ? "node_back" : "node_online", node.name.str(),
                    "syncs");
        node.state = NodeState::Online;
    }
    node.token_used = true;
    if (!command.agent_version.empty()) node.agent_version = command.agent_version;
    if (command.capacity && !(*command.capacity == node.capacity)) {
        // Reserved never exceeds capacity: a box that shrank below what it holds keeps the part it
        // holds until it is relieved.
        const Resources reserved = draft.state().reserved_on(node.name);
        NodeCapacity capacity = *command.capacity;
        if (!reserved.fits_into(capacity.total)) {
            draft.event("node_overcommitted", node.name.str(),
                        "the box offers less than its partitions hold");
            capacity.total.cpu = std::max(capacity.total.cpu, reserved.cpu);
            capacity.total.memory = std::max(capacity.total.memory, reserved.memory);
            capacity.total.disk = std::max(capacity.total.disk, reserved.disk);
        }
        node.capacity = capacity;
    }
    if (!(node == before)) draft.put(node);
}

// An observation counts for its own replica on its own box, and never goes back to an older fence.
void hear_replica(Group& group, const PartitionObservation& seen, const NodeId& from,
                  Draft& draft) {
    for (Replica& replica : group.replicas) {
        if (partition_id(replica.key) != seen.partition || replica.node != from ||
            seen.fence < replica.observed.fence)
            continue;
        if (seen.phase == PartitionPhase::Failed &&
            replica.observed.phase != PartitionPhase::Failed) {
            draft.event("copy_failed", group.instance.name.str(),
                        "copy on '" + from.str() + "': " + seen.reason);
        }
        replica.observed = seen;
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
        draft.event("serving", instance.name.str(),
                    "copy on '" + group.leader()->node.str() + "' serves in epoch " +
                        std::to_string(instance.fence.epoch.number()));
    }
    advance_promotion(group, draft);
}

bool is_erased(const ReportNode& command, const PartitionId& id) {
    if (std::ranges::find(command.erased, id) != command.erased.end()) return true;
    return command.observations_full &&
           std::ranges::none_of(command.observations, [&](const PartitionObservation& seen) {
               return seen.partition == id;
           });
}

// A deleted instance's copies go one by one; with the last one the instance goes.
void forget_erased(Group& group, const ReportNode& command, Draft& draft) {
    std::size_t left = group.replicas.size();
    for (const Replica& replica : group.replicas) {
        if (replica.node != command.node || !is_erased(command, partition_id(replica.key)))
            continue;
        draft.drop(DropReplica{replica.key});
        --left;
    }
    if (left > 0) return;
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
    draft.drop(DropInstance{group.instance.name});
    draft.event("deleted", group.instance.name.str(), "the last copy is erased");
}

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
        if (group.instance.desired == DesiredState::Deleted) {
            forget_erased(group, command, draft);
            continue;
        }
        settle(group, draft);
        advance_operation(group, draft);
        group.put_back(draft);
    }
    return std::move(draft).done(command.node.str());
}

}  // namespace foyer::master
