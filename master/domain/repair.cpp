#include "master/domain/repair.h"

#include <algorithm>
#include <set>

#include "common/base/text.h"
#include "master/domain/budget.h"
#include "master/domain/electing.h"
#include "master/domain/group.h"
#include "master/domain/handover.h"
#include "master/domain/host_life.h"
#include "master/domain/membership.h"
#include "master/domain/next_generation.h"
#include "master/domain/node_life.h"
#include "master/domain/patience.h"
#include "master/domain/rebalance.h"
#include "master/domain/refusing.h"
#include "master/domain/replacement.h"
#include "master/domain/upgrades.h"

namespace foyer::master {
namespace {

// Instances changed by one tick; what is left comes with the next one.
constexpr int changed_at_once_max = 100;
constexpr int refused_at_once_max = 8;  // looking for a place in vain costs most

enum class Outcome { Nothing, Changed, Refused, Placed };

class Repairer {
public:
    Repairer(Draft& draft, const Tick& tick, bool may_place)
        : draft_(draft), tick_(tick), may_place_(may_place) {}

    Outcome look_at(const Instance& row) {
        Group group(draft_.state(), row);
        if (row.desired == DesiredState::Deleted) return forget_lost(group);
        const Outcome outcome = next(group);
        if (outcome == Outcome::Nothing) return outcome;
        advance_operation(group, draft_);
        group.put_back(draft_);
        return outcome;
    }

private:
    const State& state() const { return draft_.state(); }
    const RepairSettings& settings() const { return state().settings().repair; }
    Displaced why_gone(const Replica& replica) const {
        return displaced(state(), replica, draft_.now());
    }

    // What a lost box holds of a deleted instance is erased when it returns: its full wish does not
    // name it.
    Outcome forget_lost(const Group& group) {
        const auto gone = [&](const Replica& replica) {
            return why_gone(replica) == Displaced::Lost;
        };
        return forget_copies(group, gone, draft_) ? Outcome::Changed : Outcome::Nothing;
    }

    Outcome next(Group& group) {
        if (group.instance.desired != DesiredState::Running || group.instance.promotion)
            return Outcome::Nothing;
        if (Replica* changing = group.changing()) {
            const Outcome outcome = bring_on(group, *changing);
            if (outcome != Outcome::Nothing || !waits_for_lead(group)) return outcome;
            return move_lead(group) ? Outcome::Changed : Outcome::Nothing;
        }
        if (move_lead(group)) return Outcome::Changed;
        if (group.members() > group.instance.policy.replicas && release_one(group))
            return Outcome::Changed;
        return replace_one(group);
    }

    Outcome bring_on(Group& group, Replica& changing) {
        if (changing.membership == Membership::Learner) {
            const std::string why = why_given_up(group, changing);
            if (!why.empty()) {
                draft_.event("copy_given_up", group.instance, copy_text(changing) + ": " + why);
                if (why == timed_out || why == to_text(Displaced::Failed))
                    wait(group, copy_text(changing) + " did not catch up", changing.node);
                group.remove(changing.key.index);
                group.group_changed(draft_);
                return Outcome::Changed;
            }
        }
        const Revision before = group.instance.group_revision;
        const auto position = changing.leave_after;
        advance_membership(group, draft_);
        const Replica* after = group.changing();
        const bool same = group.instance.group_revision == before && after != nullptr &&
                          after->leave_after == position;
        return same ? Outcome::Nothing : Outcome::Changed;
    }

    // The newcomer is there, but the copy it replaces leads meanwhile.
    static bool waits_for_lead(const Group& group) {
        const Replica* changing = group.changing();
        return changing != nullptr && changing->membership == Membership::Learner &&
               group.instance.leader && changing->replaces == group.instance.leader;
    }

    static constexpr std::string_view timed_out = "it did not catch up in time";

    std::string why_given_up(const Group& group, const Replica& learner) const {
        const Displaced own = why_gone(learner);
        if (own != Displaced::No) return std::string(to_text(own));
        if (learner.since && draft_.now() - *learner.since >= settings().learner_timeout)
            return std::string(timed_out);
        const Replica* old = learner.replaces ? group.find(*learner.replaces) : nullptr;
        if (old == nullptr) return "";
        const bool well = why_gone(*old) == Displaced::No && is_healthy(group, *old);
        // The newcomer may be on its ISP, and would wait for ever for another one to lead.
        if (well && group.instance.leader == old->key.index)
            return copy_text(*old) + " is well again and leads";
        // A rebalancing moves copies that are well.
        if (well && is_moved_by_rebalancing(state(), old->key)) return "";
        if (well && !has_caught_up(group, learner)) return copy_text(*old) + " is well again";
        return "";
    }

    // Somebody leaves: never the leader; a displaced copy before one that is not well before the
    // newest.
    bool release_one(Group& group) {
        if (!group.is_serving()) return false;
        const auto worth = [&](const Replica& replica) {
            return std::tuple(why_gone(replica) == Displaced::No, is_healthy(group, replica),
                              -replica.key.index.number);
        };
        Replica* worst = nullptr;
        for (Replica& replica : group.replicas) {
            if (group.instance.leader == replica.key.index) continue;
            if (!in_enough_countries(group, replica)) continue;
            if (worst == nullptr || worth(replica) < worth(*worst)) worst = &replica;
        }
        // Those that stay have to be at least as many as were ordered and are well.
        if (worst == nullptr || !others_are_well(group, *worst)) return false;
        // Who came for the leader is not sent away before another one leads.
        const bool relieved = why_gone(*worst) != Displaced::No;
        if (!relieved && why_gone(*group.leader()) != Displaced::No) return false;
        CHECK(can_move(worst->membership, Membership::Leaving));
        worst->membership = Membership::Leaving;
        worst->since = draft_.now();
        group.group_changed(draft_);
        return true;
    }

    // The others, once this one is gone.
    bool in_enough_countries(const Group& group, const Replica& leaving) const {
        std::set<CountryCode> countries;
        for (const Replica& replica : group.replicas) {
            if (replica.key == leaving.key) continue;
            countries.insert(state().sites().at(state().nodes().at(replica.node).site).country);
        }
        return static_cast<int>(countries.size()) >= group.instance.policy.min_countries;
    }

    static bool others_are_well(const Group& group, const Replica& leaving) {
        if (!is_healthy(group, leaving)) return true;
        const auto well = std::ranges::count_if(group.replicas, [&](const Replica& replica) {
            return replica.key != leaving.key && is_healthy(group, replica);
        });
        return well >= group.copies();
    }

    // The best copy to lead instead of the present leader; nothing when none would do, or when that
    // one was passed over a while ago.
    std::optional<ReplicaIndex> successor(const Group& group) const {
        const Replica* best = nullptr;
        for (const Replica& replica : group.replicas) {
            if (group.instance.leader == replica.key.index || !group.may_lead(replica)) continue;
            const Node& node = state().nodes().at(replica.node);
            if (node.state == NodeState::Online && node.host_order.wish != HostWish::Paused &&
                replica.observed.initialized && why_gone(replica) == Displaced::No &&
                (best == nullptr || is_better_heir(group, replica, *best, draft_.now())))
                best = &replica;
        }
        if (best == nullptr || is_passed_over(*best, draft_.now())) return std::nullopt;
        return best->key.index;
    }

    // Its clock is wrong and the heir's is right. A lead that the master moves is a gap, which a
    // wrong date is not worth.
    static bool has_better_clock(const Group& group, const Replica& lead, ReplicaIndex heir) {
        return elects(group.instance) && group.is_barred(lead) &&
               !group.is_barred(*group.find(heir));
    }

    // Its box was silent, or its service failed, for so long that another copy should lead; or its
    // host wants nothing to run there.
    bool is_deserted(const Group& group, const Replica& lead) const {
        const auto found = state().nodes().find(lead.node);
        if (found == state().nodes().end()) return true;
        const Node& node = found->second;
        if (node.state == NodeState::Lost || node.host_order.wish == HostWish::Paused ||
            is_stopped_by_host(state(), lead))
            return true;
        if (lead.failing_since && !group.is_serving() &&
            draft_.now() - *lead.failing_since >= settings().takeover_after)
            return true;
        // A person said that it goes: a silent one is not waited for. What the box said of itself
        // (box_trust.h) is no such word: many homes say it together when the power fails.
        const bool given_up = is_given_up(node);
        const bool followed = std::ranges::any_of(group.replicas, [&](const Replica& replica) {
            return replica.key != lead.key && is_healthy(group, replica);
        });
        if (node.state != NodeState::Silent || followed) return false;
        return given_up ||
               (silent_for(node, settings().takeover_after, tick_.hearing_since, draft_.now()) &&
                !brake_holds(state(), node));
    }

    // The first copies that answer choose who leads: where they are all to be relieved, one of them
    // would, and be relieved again. So those that follow are made anew first, if there is room.
    bool others_leave_first(const Group& group, const Replica& lead) const {
        if (group.changing() != nullptr || group.instance.repair_wait) return false;
        return std::ranges::any_of(group.replicas, [&](const Replica& replica) {
            return replica.key != lead.key && why_gone(replica) != Displaced::No;
        });
    }

    bool move_lead(Group& group) {
        const Replica* lead = group.leader();
        if (lead == nullptr || !group.instance.initialized) return false;
        const auto heir = successor(group);
        if (!heir || !may_promote(group).ok()) return false;
        // A group whose leader is gone elects another one by itself.
        if (elects(group.instance) || !is_deserted(group, *lead)) {
            if (why_gone(*lead) == Displaced::No && !has_better_clock(group, *lead, *heir))
                return false;
            if (!elects(group.instance) && others_leave_first(group, *lead)) return false;
            // It works: it is asked to step back only when those that follow it are enough.
            const auto well = std::ranges::count_if(group.replicas, [&](const Replica& replica) {
                return replica.key != lead->key && is_healthy(group, replica);
            });
            if (!group.is_serving() || well < answers_needed(group) ||
                !is_healthy(group, *group.find(*heir)))
                return false;
        }
        begin_move(group, draft_, *heir, why_moved(*lead));
        return true;
    }

    std::string_view why_moved(const Replica& lead) const {
        const Displaced why = why_gone(lead);
        if (why != Displaced::No) return to_text(why);
        const auto box = state().nodes().find(lead.node);
        if (box != state().nodes().end() && box->second.host_order.wish == HostWish::Paused)
            return "its host has paused the box";
        if (box != state().nodes().end() && is_barred(box->second))
            return "the clock of its box is wrong";
        return lead.failing_since ? to_text(Displaced::Failed) : "its box is silent";
    }

    Outcome replace_one(Group& group) {
        Replica* old = nullptr;
        for (Replica& replica : group.replicas) {
            const Displaced why = why_gone(replica);
            if (why == Displaced::No) continue;
            // Lost before drained before shrunken; a leader that could not be moved comes last.
            const auto order = [&](const Replica& one, Displaced reason) {
                return std::tuple(group.instance.leader == one.key.index, static_cast<int>(reason));
            };
            if (old == nullptr || order(replica, why) < order(*old, why_gone(*old))) old = &replica;
        }
        const bool missing = group.members() < group.instance.policy.replicas;
        if (old == nullptr && !missing) return Outcome::Nothing;
        if (!may_place_ || group.members() > group.instance.policy.replicas)
            return Outcome::Nothing;
        if (group.instance.repair_wait && draft_.now() < group.instance.repair_wait->retry_at)
            return Outcome::Nothing;
        const bool fresh = !group.instance.served;
        if (fresh) return old == nullptr ? Outcome::Nothing : start_over(group, *old);
        if (!group.has_source()) return Outcome::Nothing;
        if (rebuilds_at(state(), group.leader()->node) >= settings().rebuilds_per_node)
            return Outcome::Nothing;
        return place_learner(group, old);
    }

    Result<NodeId> find_place(const Group& group, const Replica* old) const {
        const Instance& row = group.instance;
        // A leader stays until another one leads: the newcomer has to get along with it.
        const bool leads = old != nullptr && row.leader == old->key.index && row.served;
        const auto beside = leads ? std::optional(old->node) : std::nullopt;
        std::vector<NodeId> staying;
        for (const Replica& replica : group.replicas) {
            if (old == nullptr || replica.key != old->key) staying.push_back(replica.node);
        }
        const int copies = std::max(row.policy.replicas, static_cast<int>(staying.size()) + 1);
        std::vector<NodeId> avoid = busy_nodes(state());
        if (old != nullptr) avoid.push_back(old->node);
        if (row.repair_wait) avoid.push_back(row.repair_wait->avoid);
        // Who takes the place of a founder that never served will found and lead.
        Preference prefer;
        if (old != nullptr && old->founder && !row.served)
            prefer = [](const DomainKey& key) {
                return key.may_lead ? std::optional(Utilisation(0)) : std::nullopt;
            };
        if (!has_index_left(row)) {
            return error(ErrorCode::ResourceExhausted,
                         "this instance has used up its " + std::to_string(replica_index_max) +
                             " copy numbers; order it anew and move the data",
                         {{"rule", "copy_numbers"}});
        }
        return place_one(
            state(),
            {group.replicas.front().reserved, copies, row.policy.min_countries,
             row.policy.countries, row.policy.allow_same_isp, tenant_facts(state(), row)},
            staying, avoid, beside, prefer);
    }

    // The box to be avoided is remembered until a place was found: then it may be tried again.
    void wait(Group& group, const std::string& reason, const NodeId& avoid = {}) {
        constexpr std::size_t reason_max = 500;
        const bool known =
            group.instance.repair_wait && group.instance.repair_wait->reason == reason;
        if (!known) draft_.event("repair_waits", group.instance, reason);
        group.instance.repair_wait =
            RepairWait{reason.substr(0, reason_max), draft_.now() + settings().retry_after, avoid};
    }

    Outcome place_learner(Group& group, const Replica* old) {
        const auto place = find_place(group, old);
        if (!place.ok()) {
            wait(group, place.failure().message);
            return Outcome::Refused;
        }
        const std::optional<ReplicaIndex> replaces =
            old == nullptr ? std::nullopt : std::optional(old->key.index);
        const std::string why =
            old == nullptr ? "a copy is missing"
                           : "for " + copy_text(*old) + ": " + std::string(to_text(why_gone(*old)));
        Replica made = new_learner(group, place.value(), replaces, draft_);
        draft_.event("copy_ordered", group.instance, copy_text(made) + ", " + why);
        group.replicas.push_back(std::move(made));
        return Outcome::Placed;
    }

    // Nothing was ever served, so nothing was acknowledged: a lost copy is simply ordered
    // elsewhere, and one that its box refused to begin.
    Outcome start_over(Group& group, Replica& old) {
        const Displaced why = why_gone(old);
        const bool refused = why == Displaced::Refused && !old.observed.initialized;
        if (why != Displaced::Lost && !refused) return Outcome::Nothing;
        if (old.founder && !group.instance.admin_password) return Outcome::Nothing;
        const auto place = find_place(group, &old);
        if (!place.ok()) {
            wait(group, place.failure().message);
            return Outcome::Refused;
        }
        const ReplicaIndex gone = old.key.index;
        const bool founder = old.founder;
        Replica made = newcomer(group, place.value(), draft_);
        made.founder = founder;
        draft_.event(
            "copy_ordered", group.instance,
            copy_text(made) + ", instead of " + copy_text(old) +
                (refused ? ", which its host refuses" : ", which was lost before it served"));
        group.remove(gone);
        if (founder) {
            group.instance.initialized = false;
            if (elects(group.instance)) {  // nobody else of the group holds anything
                group.instance.fence = {group.instance.fence.generation.next(), Epoch(1)};
                group.instance.leader.reset();
                group.instance.electing = Electing{};
            } else {
                group.instance.fence.epoch = group.instance.fence.epoch.next();
                group.instance.leader = made.key.index;
            }
            group.route_changed(draft_);
        }
        group.replicas.push_back(std::move(made));
        return Outcome::Placed;
    }

    Draft& draft_;
    const Tick& tick_;
    bool may_place_;
};

void repair_instances(Draft& draft, const Tick& command) {
    const State& state = draft.state();
    const auto making = static_cast<int>(rebuilds(state).size());
    Repairer repairer(draft, command, making < state.settings().repair.rebuilds_max);
    int changed = 0;
    int refused = 0;
    for (const auto& [healthy, name] : state.endangered()) {
        switch (repairer.look_at(state.instances().at(name))) {
            case Outcome::Nothing: break;
            case Outcome::Placed: return;
            case Outcome::Refused: ++refused; break;
            case Outcome::Changed: ++changed; break;
        }
        if (changed == changed_at_once_max || refused == refused_at_once_max) return;
    }
}

std::string waits_for(const State& state, const Group& group, const Replica& old) {
    if (group.instance.repair_wait) return "no place yet: " + group.instance.repair_wait->reason;
    if (group.instance.desired == DesiredState::Stopped)
        return "waits until the instance is started";
    if (!group.is_serving()) {
        const Status may = may_promote(group);
        return may.ok() ? "waits for a copy that leads" : may.failure().message;
    }
    if (group.instance.leader == old.key.index) return "waits until another copy can lead";
    return "waits for its turn: " + std::to_string(rebuilds(state).size()) +
           " copies are being made";
}

}  // namespace

Result<Decision> tick(const State& state, const Tick& command, WallTime now) {
    Draft draft(state, now);
    age_nodes(draft, command.hearing_since);
    if (draft.empty()) age_pauses(draft, command.hearing_since);
    if (draft.empty()) advance_drains(draft);
    if (draft.empty()) age_handovers(draft, command.hearing_since);
    if (draft.empty()) repair_instances(draft, command);
    if (draft.empty()) advance_rebalancing(draft);
    if (draft.empty()) age_patience(draft);
    if (draft.empty()) advance_upgrade(draft, command.hearing_since);
    const bool more = !draft.empty();
    Decision decision = std::move(draft).done();
    decision.reply.more = more;
    return decision;
}

std::optional<RepairStatus> repair_status(const State& state, const Instance& instance) {
    if (instance.desired == DesiredState::Deleted) return std::nullopt;
    const Group group(state, instance);
    if (const auto why = why_no_election(group)) {
        return RepairStatus{*why +
                                "; bring a box back, or, if they are gone for good, give up what "
                                "only they hold: " +
                                loss_command(instance.name),
                            true};
    }
    if (const Replica* changing = group.changing()) {
        if (changing->membership == Membership::Leaving)
            return RepairStatus{copy_text(*changing) + " goes once the others hold everything",
                                false};
        std::string text = copy_text(*changing) + " is being made";
        const Replica* old = changing->replaces ? group.find(*changing->replaces) : nullptr;
        if (old != nullptr) text += " for " + copy_text(*old);
        return RepairStatus{text, false};
    }
    for (const Replica& replica : group.replicas) {
        const Displaced why = displaced_by_box(state, replica);
        if (why == Displaced::No) continue;
        return RepairStatus{copy_text(replica) + ": " + std::string(to_text(why)) + "; " +
                                waits_for(state, group, replica),
                            instance.repair_wait.has_value()};
    }
    const Replica* lead = group.leader();
    if (lead != nullptr && elects(instance) && group.is_barred(*lead))
        return RepairStatus{copy_text(*lead) +
                                " leads though the clock of its box is wrong: it is handed over "
                                "as soon as another copy that may lead, on a box with a right "
                                "clock, is well",
                            false};
    for (const Replica& replica : group.replicas) {
        if (!replica.failing_since || instance.desired != DesiredState::Running) continue;
        return RepairStatus{
            copy_text(replica) + " fails since " + to_rfc3339(*replica.failing_since) +
                ", and is made anew elsewhere if that lasts; " + waits_for(state, group, replica),
            instance.repair_wait.has_value()};
    }
    return std::nullopt;
}

}  // namespace foyer::master
