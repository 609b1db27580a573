// One instance with its copies, taken out of the state to be changed by a decision and put back
// where it differs.
#pragma once

#include <algorithm>
#include <functional>
#include <set>
#include <vector>

#include "master/domain/draft.h"
#include "master/domain/progress.h"
#include "master/domain/state.h"

namespace foyer::master {

constexpr int first_host_number = 16;  // host numbers below belong to the box itself

// Open hosts' boxes hold copies and votes, and never lead.
inline bool may_lead(const State& state, const Replica& replica) {
    const Node& node = state.nodes().at(replica.node);
    return replica.kind == ReplicaKind::Data &&
           state.sites().at(node.site).host_class != HostClass::Open;
}

// The clock of its box is wrong: it leads only what nobody else can.
inline bool is_barred(const State& state, const Replica& replica) {
    const Node* node = state.nodes().get(replica.node);
    return node != nullptr && is_barred(*node);
}

class Group {
public:
    Group(const State& state, const Instance& row)
        : instance(row), state_(state), instance_before_(row) {
        for (const Replica* replica : state.replicas_of(row.name)) replicas.push_back(*replica);
        replicas_before_ = replicas;
    }

    Instance instance;
    std::vector<Replica> replicas;  // by index

    const State& state() const { return state_; }

    Replica* find(ReplicaIndex index) {
        const auto found = std::ranges::find_if(
            replicas, [&](const Replica& replica) { return replica.key.index == index; });
        return found == replicas.end() ? nullptr : &*found;
    }
    const Replica* find(ReplicaIndex index) const { return const_cast<Group*>(this)->find(index); }
    // The one copy that is not a member, if there is one.
    Replica* changing() {
        const auto found = std::ranges::find_if(replicas, [](const Replica& replica) {
            return replica.membership != Membership::Member;
        });
        return found == replicas.end() ? nullptr : &*found;
    }
    const Replica* changing() const { return const_cast<Group*>(this)->changing(); }
    void remove(ReplicaIndex index) {
        std::erase_if(replicas, [&](const Replica& replica) { return replica.key.index == index; });
    }
    int members() const {
        return static_cast<int>(std::ranges::count_if(replicas, [](const Replica& replica) {
            return replica.membership == Membership::Member;
        }));
    }
    const Replica* leader() const { return instance.leader ? find(*instance.leader) : nullptr; }

    // A box that reports is there, whatever the state still says.
    void heard_of(const NodeId& node) { heard_.insert(node); }
    // Boxes that this very decision finds silent.
    void not_heard_of(const std::set<NodeId>& nodes) { silent_ = nodes; }
    bool is_silent(const NodeId& node) const {
        if (silent_.contains(node)) return true;
        const auto found = state_.nodes().find(node);
        return !heard_.contains(node) &&
               (found == state_.nodes().end() || found->second.state != NodeState::Online);
    }
    // A leader is there to copy from. A group that elects may have one that lets nobody in, for
    // want of copies: those are made of it.
    bool has_source() const {
        return is_serving() || (instance.electing && is_led() && leader()->observed.initialized);
    }
    bool may_lead(const Replica& replica) const { return master::may_lead(state_, replica); }
    bool is_barred(const Replica& replica) const { return master::is_barred(state_, replica); }

    // The box has applied the newest fence, so what it says counts.
    bool is_current(const Replica& replica) const {
        return replica.observed.fence == instance.fence;
    }
    // Who leads is there, and knows it; whether it lets anybody in is another matter.
    bool is_led() const {
        const Replica* lead = leader();
        return lead != nullptr && is_current(*lead) &&
               lead->observed.role == ReplicaRole::Primary && !is_silent(lead->node);
    }
    bool is_serving() const { return is_led() && leader()->observed.ready; }

    // What the members' boxes, or the edges, have to hear of changed.
    void group_changed(const Draft& draft) {
        instance.group_revision = draft.revision();
        // Edges know who is a copy: of a group that elects they ask them, and mail is taken from
        // them alone.
        route_changed(draft);
    }
    void route_changed(const Draft& draft) { instance.route_revision = draft.revision(); }

    // Copies whose acknowledgement a write needs, the primary's included.
    int copies() const { return acknowledging_copies(instance.policy); }

    void put_back(Draft& draft) const {
        if (!(instance == instance_before_)) draft.put(instance);
        for (const Replica& before : replicas_before_) {
            if (find(before.key.index) == nullptr) draft.drop(DropReplica{before.key});
        }
        for (const Replica& replica : replicas) {
            if (std::ranges::find(replicas_before_, replica) == replicas_before_.end())
                draft.put(replica);
        }
    }

private:
    const State& state_;
    Instance instance_before_;
    std::vector<Replica> replicas_before_;
    std::set<NodeId> heard_;
    std::set<NodeId> silent_;
};

InstanceState instance_state(const Group& group);
Operation advance(const Group& group, const Operation& operation, WallTime now);

// A new operation on the group; one that was going on fails as superseded.
void begin_operation(Group& group, Draft& draft, OperationKind kind, const OperationId& id);
// Brings the group's operation up to what the rows say now.
void advance_operation(Group& group, Draft& draft);
// It ends here, with what was not done yet.
void fail_operation(Group& group, Draft& draft, const OperationId& id, const Error& why);

// Drawn in promotion.h.
void advance_promotion(Group& group, Draft& draft);
// Whether a promotion could begin now without a loss: who may be asked, and whether enough answer.
Status may_promote(const Group& group);
// Positions that a promotion has to collect.
int answers_needed(const Group& group);
// Opens the next epoch, in which nobody leads yet. No promotion is under way.
void begin_promotion(Group& group, Draft& draft, const Promotion& promotion);

// A deleted instance's copies go one by one; with the last one the instance goes. True if some
// went.
bool forget_copies(const Group& group, const std::function<bool(const Replica&)>& gone,
                   Draft& draft);

// Rules in membership.h.
void advance_membership(Group& group, Draft& draft);

}  // namespace foyer::master
