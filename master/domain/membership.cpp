#include "master/domain/membership.h"

#include <algorithm>
#include <tuple>

#include "master/domain/electing.h"
#include "master/domain/group.h"
#include "master/domain/refusing.h"

namespace foyer::master {
namespace {

auto rank(const Position& position) { return std::tuple(position.epoch, position.flushed_bytes); }

const FollowerView* follower(const Group& group, const Replica& replica) {
    const Replica* lead = group.leader();
    if (lead == nullptr) return nullptr;
    const std::string name = member_name(group.instance, replica.key.index);
    const auto& followers = lead->observed.followers();
    const auto found =
        std::ranges::find_if(followers, [&](const FollowerView& one) { return one.name == name; });
    return found == followers.end() ? nullptr : &*found;
}

bool acknowledges(const FollowerView& view) {
    return view.sync_state == "quorum" || view.sync_state == "sync";
}

bool streams(const FollowerView* view) { return view != nullptr && view->state == "streaming"; }

// (1) of the shrink: nothing is acknowledged by `leaving` any more.
bool has_stopped_acknowledging(const Group& group, const Replica& leaving) {
    if (group.leader()->observed.applied < group.instance.group_revision) return false;
    if (group.copies() <= 1) return true;
    const FollowerView* own = follower(group, leaving);
    if (streams(own) && acknowledges(*own)) return false;
    // Where a follower that should acknowledge does not yet, the leader still has the old names.
    return std::ranges::all_of(group.replicas, [&](const Replica& replica) {
        if (replica.membership != Membership::Member || !is_healthy(group, replica) ||
            replica.key.index == *group.instance.leader)
            return true;
        const FollowerView* view = follower(group, replica);
        return streams(view) && acknowledges(*view);
    });
}

bool holds(const Group& group, const Replica& replica, const Position& end) {
    const Position& lead = *group.leader()->observed.position;
    if (replica.key.index == *group.instance.leader) return rank(lead) >= rank(end);
    const FollowerView* view = follower(group, replica);
    // The leader's own word, of one moment: its end of log less what the follower has not flushed.
    if (streams(view) && lead.epoch == end.epoch && view->lag_bytes >= 0 &&
        lead.flushed_bytes - view->lag_bytes >= end.flushed_bytes)
        return true;
    return group.is_current(replica) && replica.observed.ready && replica.observed.position &&
           rank(*replica.observed.position) >= rank(end);
}

// (2) of the shrink.
bool enough_hold(const Group& group, const Position& end) {
    const auto holders = std::ranges::count_if(group.replicas, [&](const Replica& replica) {
        return replica.membership == Membership::Member && replica.kind == ReplicaKind::Data &&
               holds(group, replica, end);
    });
    return holders >= group.copies();
}

// The group itself sees to it that the others hold everything before it lets go of a member.
void advance_leaving_member(Group& group, const Replica& leaving, Draft& draft) {
    const auto record = committed_record(group.instance);
    if (!record || !record->old_members.empty() || is_named(record, leaving.key.index)) return;
    draft.event("copy_removed", group.instance,
                copy_text(leaving) + ": its group goes on without it");
    group.remove(leaving.key.index);
    group.group_changed(draft);
}

void advance_leaving(Group& group, Replica& leaving, Draft& draft) {
    if (elects(group.instance)) return advance_leaving_member(group, leaving, draft);
    const Replica* lead = group.leader();
    if (!group.is_serving() || !lead->observed.position) return;
    if (!leaving.leave_after) {
        if (has_stopped_acknowledging(group, leaving))
            leaving.leave_after = lead->observed.position;
        return;
    }
    if (!enough_hold(group, *leaving.leave_after)) return;
    draft.event("copy_removed", group.instance,
                copy_text(leaving) + ": the others hold everything");
    group.remove(leaving.key.index);
    group.group_changed(draft);
}

void advance_learner(Group& group, Replica& learner, Draft& draft) {
    if (!has_caught_up(group, learner)) return;
    // Two on one ISP are never members together: where the old copy leads, another one leads first.
    const bool in_the_way = std::ranges::any_of(group.replicas, [&](const Replica& other) {
        const bool stays =
            learner.replaces != other.key.index || group.instance.leader == other.key.index;
        return other.key != learner.key && stays && collide(group, learner, other);
    });
    if (in_the_way) return;
    CHECK(can_move(learner.membership, Membership::Member));
    learner.membership = Membership::Member;
    learner.since.reset();
    Replica* old = learner.replaces ? group.find(*learner.replaces) : nullptr;
    learner.replaces.reset();
    // The leader's own place is taken once another one leads.
    if (old != nullptr && group.instance.leader != old->key.index) {
        CHECK(can_move(old->membership, Membership::Leaving));
        old->membership = Membership::Leaving;
        old->since = draft.now();
    }
    group.group_changed(draft);
    draft.event("copy_added", group.instance, copy_text(learner) + " has caught up");
}

// Copies that a box has to give up so that the rest fits into what it offers: those that go anyway
// first, then copies that do not lead, the smallest that suffices.
bool is_squeezed_out(const State& state, const Node& node, const Replica& asked) {
    struct Held {
        const Replica* replica;
        bool goes;
        bool leads;
    };
    std::vector<Held> held;
    for (const ReplicaKey& key : state.replicas_on(node.name)) {
        const Replica& replica = state.replicas().at(key);
        const Instance& instance = state.instances().at(key.instance);
        bool goes =
            replica.membership == Membership::Leaving || instance.desired == DesiredState::Deleted;
        for (const Replica* other : state.replicas_of(key.instance))
            goes = goes || other->replaces == key.index;
        held.push_back({&replica, goes, instance.leader == key.index});
    }
    std::ranges::stable_sort(held, [](const Held& a, const Held& b) {
        const auto order = [](const Held& one) {
            const Resources& size = one.replica->reserved;
            return std::tuple(!one.goes, one.leads, size.memory, size.disk, size.cpu);
        };
        return order(a) < order(b);
    });
    Resources left = state.reserved_on(node.name);
    while (!left.fits_into(node.offered) && !held.empty()) {
        auto next = held.begin();
        if (!next->goes) {
            const auto suffices = [&](const Held& one) {
                return one.leads == next->leads &&
                       (left - one.replica->reserved).fits_into(node.offered);
            };
            const auto single = std::ranges::find_if(held, suffices);
            const auto last = std::ranges::find_if(
                held, [&](const Held& one) { return one.leads != next->leads; });
            next = single != held.end() ? single : last - 1;
        }
        if (next->replica->key == asked.key) return true;
        left -= next->replica->reserved;
        held.erase(next);
    }
    return false;
}

}  // namespace

std::string copy_text(const Replica& replica) {
    return "copy " + std::to_string(replica.key.index.number) + " on '" + replica.node.str() + "'";
}

Replica newcomer(Group& group, const NodeId& place, Draft& draft) {
    Node node = draft.state().nodes().at(place);
    Replica made;
    made.key = {group.instance.name, ReplicaIndex{group.instance.replicas_made++}};
    made.node = place;
    made.partition_number = first_host_number + node.partitions_made++;
    made.reserved = group.replicas.front().reserved;
    draft.put(node);
    group.instance.repair_wait.reset();
    group.group_changed(draft);
    return made;
}

Replica new_learner(Group& group, const NodeId& place, std::optional<ReplicaIndex> replaces,
                    Draft& draft) {
    Replica made = newcomer(group, place, draft);
    made.membership = Membership::Learner;
    made.replaces = replaces;
    made.since = draft.now();
    return made;
}

bool has_caught_up(const Group& group, const Replica& learner) {
    const FollowerView* view = follower(group, learner);
    return group.has_source() && group.is_current(learner) && !group.is_silent(learner.node) &&
           learner.observed.phase == PartitionPhase::Running && learner.observed.ready &&
           learner.observed.initialized && streams(view) && view->lag_bytes >= 0 &&
           view->lag_bytes <= group.state().settings().repair.caught_up_bytes;
}

bool collide(const Group& group, const Replica& a, const Replica& b) {
    const State& state = group.state();
    const Site& one = state.sites().at(state.nodes().at(a.node).site);
    const Site& other = state.sites().at(state.nodes().at(b.node).site);
    if (one.name == other.name) return true;
    return !group.instance.policy.allow_same_isp &&
           state.isps().at(one.isp).family == state.isps().at(other.isp).family;
}

bool is_healthy(const Group& group, const Replica& replica) {
    return is_counted(replica) && group.is_current(replica) && !group.is_silent(replica.node) &&
           replica.observed.phase == PartitionPhase::Running && replica.observed.ready;
}

Displaced displaced_by_box(const State& state, const Replica& replica) {
    const auto found = state.nodes().find(replica.node);
    if (found == state.nodes().end() || found->second.state == NodeState::Lost)
        return Displaced::Lost;
    const Node& node = found->second;
    if (is_emptied(node)) return Displaced::Draining;
    if (is_refused(state, replica)) return Displaced::Refused;
    if (state.shrunken().contains(node.name) && is_squeezed_out(state, node, replica))
        return Displaced::Shrunken;
    return Displaced::No;
}

Displaced displaced(const State& state, const Replica& replica, WallTime now) {
    const Displaced by_box = displaced_by_box(state, replica);
    if (by_box != Displaced::No) return by_box;
    if (replica.failing_since &&
        now - *replica.failing_since >= state.settings().repair.failed_after)
        return Displaced::Failed;
    return Displaced::No;
}

std::string_view to_text(Displaced why) {
    switch (why) {
        case Displaced::No: return "stays";
        case Displaced::Lost: return "its box is lost";
        case Displaced::Draining: return "its box is emptied";
        case Displaced::Refused: return "its host refuses it";
        case Displaced::Shrunken: return "its box offers less than it did";
        case Displaced::Failed: return "its service fails there";
    }
    CHECK(false);
}

void advance_membership(Group& group, Draft& draft) {
    if (group.instance.promotion || group.instance.desired != DesiredState::Running) return;
    Replica* changing = group.changing();
    if (changing == nullptr) return;
    switch (changing->membership) {
        case Membership::Learner: advance_learner(group, *changing, draft); return;
        case Membership::Leaving: advance_leaving(group, *changing, draft); return;
        case Membership::Member: return;
    }
    CHECK(false);
}

}  // namespace foyer::master
