#include "node-agent/domain/copy_order.h"

#include <algorithm>

namespace foyer::agent {
namespace {

namespace lead = leadership;

constexpr std::size_t read_ends_max = 8;

void follow(CopyOrder& order, ReplicaIndex leader, Fence fence, bool rejoin) {
    order.role = ReplicaRole::Standby;
    order.leader = leader;
    order.fence = fence;
    order.rejoin = rejoin;
    order.quorum.reset();
    ++order.serial;
}

void stand_alone(CopyOrder& order) {
    order.role = ReplicaRole::Standby;
    order.leader.reset();
    order.rejoin = false;
    order.quorum.reset();
    ++order.serial;
}

}  // namespace

CopyOrder first_order(const lead::State& state, std::uint64_t serial) {
    CopyOrder order;
    order.serial = serial;
    order.fence = {state.durable.generation, state.durable.epoch};
    if (state.role != lead::Role::Resuming) return order;
    order.resuming = true;
    order.role = ReplicaRole::Primary;
    order.leader = state.identity.self;
    order.quorum = lead::quorum_of(*state.durable.record);
    return order;
}

CopyOrder after_effect(CopyOrder order, const lead::Effect& effect, const lead::State& state) {
    if (effect.is<lead::Cut>()) {
        stand_alone(order);
        ++order.cut;
    } else if (const auto* followed = effect.get_if<lead::Follow>()) {
        follow(order, followed->leader, followed->fence, false);
    } else if (const auto* rejoined = effect.get_if<lead::Rejoin>()) {
        follow(order, rejoined->leader, rejoined->fence, true);
    } else if (const auto* quorum = effect.get_if<lead::SetQuorum>()) {
        order.quorum = quorum->quorum;
        order.quorum_number = quorum->number;
        ++order.serial;
    } else if (const auto* end = effect.get_if<lead::ReadEnd>()) {
        order.read_ends.push_back(end->number);
        if (order.read_ends.size() > read_ends_max) order.read_ends.erase(order.read_ends.begin());
    } else if (const auto* promote = effect.get_if<lead::Promote>()) {
        order.role = ReplicaRole::Primary;
        order.leader = state.identity.self;
        order.fence = promote->fence;
        order.rejoin = false;
        ++order.serial;
    } else if (const auto* kill = effect.get_if<lead::KillService>()) {
        stand_alone(order);
        ++order.kill;
        order.kill_epoch = kill->epoch;
    } else if (const auto* gate = effect.get_if<lead::Clients>()) {
        order.clients = gate->gate == lead::Gate::Open;
    } else if (const auto* service = effect.get_if<lead::Service>()) {
        order.run = service->order == lead::ServiceOrder::Run;
        if (!order.run) stand_alone(order);
    }
    return order;
}

CopyOrder as_of(CopyOrder order, const lead::State& state) {
    order.resuming = state.role == lead::Role::Resuming;
    order.hurry = is_in_a_hurry(state);
    return order;
}

CopyOrder warmed(CopyOrder order, bool soon) {
    if (order.warm == soon) return order;
    order.warm = soon;
    ++order.serial;
    return order;
}

bool is_in_a_hurry(const lead::State& state) {
    if (state.data.cutting || state.durable.rejoining) return true;
    switch (state.role) {
        case lead::Role::Follower: return false;
        case lead::Role::PreCandidate:
        case lead::Role::Candidate:
        case lead::Role::Resuming:
        case lead::Role::Fencing: return true;
        case lead::Role::Leader: break;
    }
    const lead::Leading& leading = state.leading;
    const bool opens = leading.stage == lead::Stage::Promoting ||
                       (leading.stage == lead::Stage::Closed && leading.committed &&
                        leading.committed->k >= leading.committed->floor);
    return opens || leading.work || leading.handover;
}

Assignment obeying(Assignment assignment, const CopyOrder& order) {
    assignment.role = order.role;
    assignment.fence = order.fence;
    assignment.leader = order.leader;
    assignment.desired = order.run ? DesiredState::Running : DesiredState::Stopped;
    // Whom it follows must be named, whatever the master calls it.
    std::vector<Member> all = std::move(assignment.members);
    all.insert(all.end(), assignment.learners.begin(), assignment.learners.end());
    assignment.members.clear();
    assignment.learners.clear();
    for (Member& member : all) {
        const bool counts = !order.quorum || member.index == assignment.index ||
                            order.quorum->names.contains(member.index);
        (counts ? assignment.members : assignment.learners).push_back(std::move(member));
    }
    const bool named = std::ranges::any_of(
        assignment.members, [&](const Member& one) { return one.index == order.leader; });
    if (!named) assignment.leader.reset();
    if (order.quorum) assignment.copies = order.quorum->k_db;
    assignment.warm = order.warm;
    return assignment;
}

bool interrupts(const CopyOrder& now, const CopyOrder& before) {
    return now.kill != before.kill || now.cut != before.cut || now.run != before.run ||
           now.role != before.role || now.leader != before.leader || now.rejoin != before.rejoin ||
           (now.role == ReplicaRole::Primary && now.fence != before.fence);
}

}  // namespace foyer::agent
