#include "master/domain/promotion.h"

#include <tuple>

#include "master/domain/electing.h"
#include "master/domain/group.h"
#include "master/domain/handover.h"
#include "master/domain/membership.h"
#include "master/domain/next_generation.h"

namespace foyer::master {
namespace {

auto rank(const Position& position) { return std::tuple(position.epoch, position.flushed_bytes); }

// Has applied the fence, follows nobody, and says where its log ends.
bool has_stopped(const Group& group, const Replica& replica) {
    const Observed& seen = replica.observed;
    return group.is_current(replica) && seen.role == ReplicaRole::Standby && seen.position &&
           !seen.position->receiving;
}

std::vector<Candidate> collected(const Group& group) {
    std::vector<Candidate> candidates;
    for (const Replica& replica : group.replicas) {
        if (!is_counted(replica) || !has_stopped(group, replica)) continue;
        candidates.push_back({replica.key.index, *replica.observed.position,
                              group.may_lead(replica),
                              displaced_by_box(group.state(), replica) != Displaced::No});
    }
    return candidates;
}

int data_members(const Group& group) {
    return static_cast<int>(std::ranges::count_if(group.replicas, is_counted));
}

}  // namespace

// An asynchronous order accepted the loss of the lag: the best copy that answers may lead.
int answers_needed(const Group& group) {
    if (group.instance.policy.mode == ReplicationMode::Asynchronous) return 1;
    return positions_needed(data_members(group), group.copies());
}

namespace {

// Its service runs, as far as its box has said.
bool may_run(const Replica& replica) {
    switch (replica.observed.phase) {
        case PartitionPhase::Starting:
        case PartitionPhase::Running:
        case PartitionPhase::Unhealthy: return true;
        case PartitionPhase::Assigned:
        case PartitionPhase::Preparing:
        case PartitionPhase::Stopping:
        case PartitionPhase::Stopped:
        case PartitionPhase::Failed:
        case PartitionPhase::Erasing: return false;
    }
    CHECK(false);
}

// Obeys the fence and has no service that could tell a position: a killed primary, a failed copy.
bool has_nothing_to_say(const Group& group, const Replica& replica) {
    return !may_run(replica) && group.is_current(replica);
}

// Everybody who can be heard has answered: nothing more can come.
bool all_reachable_answered(const Group& group) {
    return std::ranges::all_of(group.replicas, [&](const Replica& replica) {
        return !is_counted(replica) || group.is_silent(replica.node) ||
               has_stopped(group, replica) || has_nothing_to_say(group, replica);
    });
}

// A copy on its way out that is ahead of the others holds what they lack: it stays, and who came in
// its place goes instead.
void keep_chosen(Group& group, Replica& lead, WallTime now) {
    if (lead.membership != Membership::Leaving) return;
    CHECK(can_move(lead.membership, Membership::Member));
    lead.membership = Membership::Member;
    lead.since.reset();
    lead.leave_after.reset();
    for (Replica& other : group.replicas) {
        if (other.key == lead.key || !collide(group, lead, other)) continue;
        CHECK(can_move(other.membership, Membership::Leaving));
        other.membership = Membership::Leaving;
        other.since = now;
    }
}

void elect(Group& group, Draft& draft, bool enough) {
    const auto candidates = collected(group);
    const auto chosen = choose_leader(candidates, group.instance.promotion->wanted,
                                      group.instance.promotion->force);
    if (!chosen) return;
    group.instance.leader = chosen;
    group.group_changed(draft);
    keep_chosen(group, *group.find(*chosen), draft.now());
    const std::string lost = enough ? "every acknowledged write is held"
                                    : "chosen among " + std::to_string(candidates.size()) +
                                          " positions: what only other copies hold is lost";
    draft.event("leader_chosen", group.instance,
                copy_text(*group.find(*chosen)) + " leads in epoch " +
                    std::to_string(group.instance.fence.epoch.number()) + "; " + lost);
}

// Where another one could lead as well. With no right clock left, a wrong one is no reason.
Status check_clock_of(const Group& group, const Replica& target) {
    if (!group.is_barred(target)) return ok_status();
    const bool better = std::ranges::any_of(group.replicas, [&](const Replica& other) {
        return other.key != target.key && group.may_lead(other) && !group.is_barred(other) &&
               !group.is_silent(other.node);
    });
    if (!better) return ok_status();
    return error(ErrorCode::FailedPrecondition,
                 "the clock of box '" + target.node.str() +
                     "' is wrong, so that it leads nothing while another one can; have it set, "
                     "then wait until `foyer node show " +
                     target.node.str() + "` says that it is right",
                 {{"rule", "clock_wrong"}, {"node", target.node.str()}});
}

Status check_target(const Group& group, const PromoteInstance& command) {
    if (!command.index) return ok_status();
    const Replica* target = group.find(*command.index);
    const std::string name = "copy " + std::to_string(command.index->number);
    if (target == nullptr) {
        return error(ErrorCode::NotFound,
                     name + " does not exist; `foyer instance show " + group.instance.name.str() +
                         "` lists the copies",
                     {{"field", "index"}});
    }
    if (group.instance.leader == command.index) {
        return error(ErrorCode::FailedPrecondition, name + " leads already",
                     {{"rule", "already_leading"}});
    }
    if (target->membership == Membership::Learner) {
        return error(ErrorCode::FailedPrecondition,
                     name + " is still being made; wait until it has caught up",
                     {{"rule", "learner"}});
    }
    if (elects(group.instance) && target->membership == Membership::Leaving) {
        return error(ErrorCode::FailedPrecondition,
                     name + " is on its way out of the group; choose another one",
                     {{"rule", "leaving"}});
    }
    if (!group.may_lead(*target)) {
        return error(
            ErrorCode::FailedPrecondition,
            name + " is on an open host's box '" + target->node.str() + "', which never leads",
            {{"rule", "may_lead"}, {"node", target->node.str()}});
    }
    return check_clock_of(group, *target);
}

Status check_answers(const Group& group, bool force) {
    // The old primary is killed and gives no position, so it does not count.
    int reachable = 0;
    int candidates = 0;
    for (const Replica& replica : group.replicas) {
        if (!is_counted(replica) || group.is_silent(replica.node)) continue;
        if (group.instance.leader == replica.key.index || !replica.observed.initialized) continue;
        // What does not run could say nothing once nobody leads: a former leader has to rejoin
        // first, and there would be no one to rejoin.
        if (!may_run(replica)) continue;
        ++reachable;
        if (group.may_lead(replica)) ++candidates;
    }
    if (candidates == 0) {
        return error(ErrorCode::FailedPrecondition,
                     "no other copy that may lead is reachable and complete",
                     {{"rule", "no_candidate"}});
    }
    if (reachable < answers_needed(group) && !force) {
        return error(ErrorCode::FailedPrecondition,
                     std::to_string(reachable) + " of " + std::to_string(data_members(group) - 1) +
                         " other copies answer, " + std::to_string(answers_needed(group)) +
                         " are needed to prove that no acknowledged write is lost; wait for "
                         "another one, or accept a possible loss with `" +
                         loss_command(group.instance.name) + "`",
                     {{"rule", "positions_needed"},
                      {"needed", std::to_string(answers_needed(group))},
                      {"found", std::to_string(reachable)}});
    }
    return ok_status();
}

// A second call while positions are collected: only `force` adds something.
Result<Decision> promote_again(Group group, const PromoteInstance& command, WallTime now) {
    const OperationId under_way = group.instance.promotion->operation;
    if (!command.accept_data_loss) {
        return error(ErrorCode::FailedPrecondition,
                     "a promotion is under way (operation '" + under_way.str() +
                         "'); wait for it, or go on with the copies that answered: `" +
                         loss_command(group.instance.name) + "`",
                     {{"rule", "promotion_under_way"}, {"operation", under_way.str()}});
    }
    Draft draft(group.state(), now);
    group.instance.promotion.edit().force = true;
    if (!group.instance.leader && !collected(group).empty()) elect(group, draft, false);
    advance_operation(group, draft);
    group.put_back(draft);
    return std::move(draft).done(group.instance.name.str(), under_way);
}

}  // namespace

std::optional<ReplicaIndex> choose_leader(const std::vector<Candidate>& candidates,
                                          std::optional<ReplicaIndex> wanted, bool force) {
    const Candidate* best = nullptr;
    bool barred_ahead = false;
    for (const Candidate& candidate : candidates) {
        if (!candidate.may_lead) continue;
        const bool ahead = best == nullptr || rank(candidate.position) > rank(best->position);
        const bool tie = best != nullptr && rank(candidate.position) == rank(best->position);
        const bool wanted_tie = tie && wanted == candidate.index;
        const bool stays_tie = tie && wanted != best->index && best->leaves && !candidate.leaves;
        if (ahead || wanted_tie || stays_tie) best = &candidate;
    }
    if (best == nullptr) return std::nullopt;
    for (const Candidate& candidate : candidates) {
        barred_ahead = barred_ahead ||
                       (!candidate.may_lead && rank(candidate.position) > rank(best->position));
    }
    if (barred_ahead && !force) return std::nullopt;
    return best->index;
}

void advance_promotion(Group& group, Draft& draft) {
    if (!group.instance.promotion) return;
    if (elects(group.instance)) return advance_handover(group, draft);
    if (!group.instance.leader) {
        const int answers = static_cast<int>(collected(group).size());
        const bool proven = group.instance.policy.mode == ReplicationMode::Synchronous &&
                            answers >= answers_needed(group);
        const bool settled_for = (group.instance.promotion->force ||
                                  group.instance.policy.mode == ReplicationMode::Asynchronous) &&
                                 answers > 0 && all_reachable_answered(group);
        if (proven || settled_for) elect(group, draft, proven);
    } else if (group.instance.served == group.instance.fence) {
        group.instance.promotion.reset();
    }
}

namespace {

Result<Decision> give_up_missing(Group group, const PromoteInstance& command, WallTime now) {
    if (command.index)
        return error(
            ErrorCode::InvalidArgument,
            "with data given up, the group elects the copy that holds most; leave out --to",
            {{"field", "index"}});
    TRY(may_begin_generation(group));
    Draft draft(group.state(), now);
    begin_generation(group, draft, command.by.str());
    begin_operation(group, draft, OperationKind::Promote, command.operation);
    group.put_back(draft);
    return std::move(draft).done(command.name.str(), command.operation);
}

}  // namespace

Status may_promote(const Group& group) { return check_answers(group, false); }

void begin_promotion(Group& group, Draft& draft, const Promotion& promotion) {
    CHECK(!group.instance.promotion);
    if (elects(group.instance)) return propose_leader(group, draft, promotion);
    group.instance.fence.epoch = group.instance.fence.epoch.next();
    group.instance.leader.reset();
    group.instance.promotion = promotion;
    group.group_changed(draft);
    group.route_changed(draft);
    // What the others have to hold before a copy may go is asked anew of the new leader.
    for (Replica& replica : group.replicas) replica.leave_after.reset();
    // Now that nobody leads: its steps are those of the new epoch.
    begin_operation(group, draft, OperationKind::Promote, promotion.operation);
    draft.event("promotion_started", group.instance,
                "epoch " + std::to_string(group.instance.fence.epoch.number()) +
                    ": positions are collected");
}

Result<Decision> promote_instance(const State& state, const PromoteInstance& command,
                                  WallTime now) {
    Group group(state, TRY(find_instance_of(state, command.name, command.owner)));
    if (group.instance.desired != DesiredState::Running) {
        return error(
            ErrorCode::FailedPrecondition,
            "instance '" + command.name.str() + "' is not to run; `foyer instance start` first",
            {{"rule", "not_running"}});
    }
    if (command.accept_data_loss && elects(group.instance))
        return give_up_missing(std::move(group), command, now);
    TRY(check_target(group, command));
    if (group.instance.promotion) return promote_again(std::move(group), command, now);
    if (!group.instance.initialized) {
        return error(ErrorCode::FailedPrecondition,
                     "instance '" + command.name.str() + "' is still being prepared",
                     {{"rule", "not_initialized"}});
    }
    TRY(check_answers(group, command.accept_data_loss));
    std::optional<ReplicaIndex> wanted = command.index;
    if (elects(group.instance)) {
        if (!wanted) wanted = best_heir(group, now);
        if (!wanted)
            return error(
                ErrorCode::FailedPrecondition,
                "no other member that may lead is well; its group elects another leader by "
                "itself when this one fails",
                {{"rule", "no_candidate"}});
    }
    Draft draft(state, now);
    begin_promotion(group, draft, {command.operation, wanted, command.accept_data_loss, now});
    group.put_back(draft);
    return std::move(draft).done(command.name.str(), command.operation);
}

}  // namespace foyer::master
