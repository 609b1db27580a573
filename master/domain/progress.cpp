#include "master/domain/progress.h"

#include "master/domain/group.h"

namespace foyer::master {
namespace {

bool is_settled(const Group& group, const Replica& replica, PartitionPhase phase) {
    return replica.observed.phase == phase && group.is_current(replica) &&
           !group.is_silent(replica.node);
}

bool all_settled(const Group& group, PartitionPhase phase) {
    return std::ranges::all_of(group.replicas, [&](const Replica& replica) {
        if (replica.membership != Membership::Member) return true;
        return is_settled(group, replica, phase) &&
               (phase != PartitionPhase::Running || replica.observed.ready);
    });
}

std::string copy_title(const Replica& replica) {
    return "copy " + std::to_string(replica.key.index.number) + " on " + replica.node.str();
}

// What a person should read beside a copy.
std::string copy_detail(const Group& group, const Replica& replica) {
    if (group.is_silent(replica.node)) return "box is silent";
    const Observed& seen = replica.observed;
    if (seen.phase == PartitionPhase::Failed || seen.phase == PartitionPhase::Unhealthy) {
        return std::string(to_text(seen.phase)) +
               (seen.reason().empty() ? "" : ": " + seen.reason());
    }
    return seen.step().empty() ? std::string(to_text(seen.phase)) : seen.step();
}

// A step as it should stand now: name, whether it is done, and what to say of it.
struct Step {
    std::string name;
    bool done = false;
    std::string detail;
};

std::vector<Step> order_steps(const Group& group) {
    std::vector<Step> steps{
        {"place", true, std::to_string(group.replicas.size()) + " copies placed"}};
    for (const Replica& replica : group.replicas) {
        if (replica.membership != Membership::Member) continue;  // repair has its own words
        const bool done =
            is_settled(group, replica, PartitionPhase::Running) && replica.observed.ready;
        steps.push_back({copy_title(replica), done, copy_detail(group, replica)});
    }
    steps.push_back({"serve", group.instance.served == group.instance.fence && group.is_serving(),
                     url_of(group.state(), group.instance.name)});
    return steps;
}

std::vector<Step> phase_steps(const Group& group, PartitionPhase phase) {
    std::vector<Step> steps;
    for (const Replica& replica : group.replicas) {
        steps.push_back(
            {copy_title(replica), is_settled(group, replica, phase), copy_detail(group, replica)});
    }
    return steps;
}

std::vector<Step> erase_steps(const Group& group) {
    std::vector<Step> steps;
    for (const Replica& replica : group.replicas) {
        steps.push_back(
            {copy_title(replica), false,
             group.is_silent(replica.node) ? "waits for its silent box" : "being erased"});
    }
    return steps;
}

// A group hands over by itself; the promotion stands until the wanted copy leads and serves.
// Without one, a new generation has begun.
std::vector<Step> hand_over_steps(const Group& group) {
    const auto& promotion = group.instance.promotion;
    const Replica* lead = group.leader();
    const bool moved = promotion ? promotion->wanted == group.instance.leader : lead != nullptr;
    const char* waits =
        promotion ? "proposed to the group, which waits until the wanted copy holds every write"
                  : "the copies that are left say what they hold";
    return {{"elect", moved, moved ? "" : waits},
            {"serve", !promotion && group.instance.served == group.instance.fence,
             lead != nullptr ? copy_title(*lead) + ": " + copy_detail(group, *lead) : ""}};
}

std::vector<Step> promote_steps(const Group& group) {
    if (group.instance.electing) return hand_over_steps(group);
    const Replica* lead = group.leader();
    return {{"collect positions", lead != nullptr,
             lead != nullptr ? "" : "every copy stops following and says what it holds"},
            {"promote", group.is_serving(),
             lead != nullptr ? copy_title(*lead) + ": " + copy_detail(group, *lead) : ""},
            {"serve", group.instance.served == group.instance.fence,
             url_of(group.state(), group.instance.name)}};
}

std::vector<Step> steps_of(const Group& group, OperationKind kind) {
    switch (kind) {
        case OperationKind::Order: return order_steps(group);
        case OperationKind::Start: return order_steps(group);
        case OperationKind::Stop: return phase_steps(group, PartitionPhase::Stopped);
        case OperationKind::Delete: return erase_steps(group);
        case OperationKind::Promote: return promote_steps(group);
        case OperationKind::Drain:             // of a box: drain.cpp
        case OperationKind::Rebalance: break;  // of the whole cloud: rebalance.h
    }
    CHECK(false);
}

// An order is done when the instance serves, which it does only once the copies a write needs hold
// the log. A further copy that lags, or whose box has no room, keeps nobody from working: its step
// shows where it stands, and the instance is degraded until it is there.
bool is_done(OperationKind kind, const std::vector<OperationStep>& steps) {
    const auto done = [](const OperationStep& step) {
        return step.state == OperationState::Succeeded;
    };
    switch (kind) {
        case OperationKind::Order:
        case OperationKind::Start: return !steps.empty() && done(steps.back());
        case OperationKind::Stop:
        case OperationKind::Delete:
        case OperationKind::Promote:
        case OperationKind::Drain:
        case OperationKind::Rebalance: return !steps.empty() && std::ranges::all_of(steps, done);
    }
    CHECK(false);
}

}  // namespace

InstanceState instance_state(const Group& group) {
    const Instance& instance = group.instance;
    switch (instance.desired) {
        case DesiredState::Deleted: return InstanceState::Deleting;
        case DesiredState::Stopped: return InstanceState::Stopped;
        case DesiredState::Running: break;
    }
    if (instance.promotion && instance.served != instance.fence) return InstanceState::Promoting;
    if (group.is_serving())
        return all_settled(group, PartitionPhase::Running) ? InstanceState::Running
                                                           : InstanceState::Degraded;
    return instance.served ? InstanceState::Unavailable : InstanceState::Preparing;
}

InstanceState instance_state(const State& state, const Instance& instance) {
    return instance_state(Group(state, instance));
}

int acknowledging_copies(const ReplicationPolicy& policy) {
    return policy.mode == ReplicationMode::Synchronous ? 2 : 1;
}

ReplicaRole assigned_role(const Instance& instance, const Replica& replica) {
    if (replica.kind == ReplicaKind::Witness) return ReplicaRole::Witness;
    return instance.leader == replica.key.index ? ReplicaRole::Primary : ReplicaRole::Standby;
}

ReplicaRole replica_role(const Instance& instance, const Replica& replica) {
    const bool reported =
        replica.kind != ReplicaKind::Witness && replica.observed.fence == instance.fence;
    return reported ? replica.observed.role : assigned_role(instance, replica);
}

bool is_unreachable(const State& state, const Replica& replica) {
    const auto found = state.nodes().find(replica.node);
    return found == state.nodes().end() || found->second.state == NodeState::Silent ||
           found->second.state == NodeState::Lost;
}

std::optional<FollowerView> follower_view(const State& state, const Instance& instance,
                                          const Replica& replica) {
    if (!instance.leader || *instance.leader == replica.key.index) return std::nullopt;
    const auto lead = state.replicas().find({instance.name, *instance.leader});
    if (lead == state.replicas().end() || is_unreachable(state, lead->second)) return std::nullopt;
    const std::string name = member_name(instance, replica.key.index);
    for (const FollowerView& follower : lead->second.observed.followers()) {
        if (follower.name == name) return follower;
    }
    return std::nullopt;
}

std::string member_name(const Instance& instance, ReplicaIndex index) {
    return "r" + std::to_string(index.number) + "g" +
           std::to_string(instance.fence.generation.number());
}

Operation advance(const Group& group, const Operation& operation, WallTime now) {
    Operation next = operation;
    const std::vector<Step> steps = steps_of(group, operation.kind);
    next.steps.clear();
    next.steps.reserve(steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i) {
        OperationStep step;
        const OperationStep* before =
            i < operation.steps.size() && operation.steps[i].name == steps[i].name
                ? &operation.steps[i]
                : nullptr;
        step.name = steps[i].name;
        step.detail = steps[i].detail;
        step.started_at = before != nullptr && before->started_at ? before->started_at : now;
        const bool was_done = before != nullptr && before->state == OperationState::Succeeded;
        // A step that was done stays done: the bar never runs backwards.
        if (steps[i].done || was_done) {
            step.state = OperationState::Succeeded;
            step.finished_at = was_done ? before->finished_at : now;
        }
        next.steps.push_back(std::move(step));
    }
    if (is_done(next.kind, next.steps)) {
        next.state = OperationState::Succeeded;
        next.finished_at = now;
    }
    return next;
}

Operation advance(const State& state, const Operation& operation, WallTime now) {
    const auto found = state.instances().find(operation.instance);
    if (found == state.instances().end() || operation.state != OperationState::Running)
        return operation;
    return advance(Group(state, found->second), operation, now);
}

}  // namespace foyer::master
