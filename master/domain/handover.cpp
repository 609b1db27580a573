#include "master/domain/handover.h"

#include <algorithm>
#include <tuple>

#include "master/domain/group.h"
#include "master/domain/membership.h"

namespace foyer::master {
namespace {

constexpr int aged_at_once_max = 100;

// A member that is well and may lead instead of the present leader.
bool may_inherit(const Group& group, const Replica& replica) {
    return replica.key.index != group.instance.leader && replica.membership == Membership::Member &&
           group.may_lead(replica) && is_healthy(group, replica);
}

// The group may have been asked in this epoch before, in vain.
OperationId name_of_move(const Group& group) {
    const Fence& fence = group.instance.fence;
    const std::string first = "op-lead-" + group.instance.name.str() + "-" +
                              std::to_string(fence.generation.number()) + "-" +
                              std::to_string(fence.epoch.next().number());
    OperationId name(first);
    for (int turn = 2; group.state().operations().get(name) != nullptr; ++turn)
        name = OperationId(first + "-" + std::to_string(turn));
    return name;
}

std::string try_again(const Group& group, ReplicaIndex wanted) {
    return "nothing was lost; `foyer instance promote " + group.instance.name.str() + " --to " +
           std::to_string(wanted.number) + "` tries again";
}

std::string minutes(Duration span) { return std::to_string(span.count() / 60'000) + " min"; }

// Nothing is proposed any more.
void end_handover(Group& group, Draft& draft) {
    group.instance.promotion.reset();
    group.group_changed(draft);
}

void fail_handover(Group& group, Draft& draft, const Error& why) {
    draft.event("promotion_failed", group.instance, why.message);
    fail_operation(group, draft, group.instance.promotion->operation, why);
    end_handover(group, draft);
}

void fail_without_member(Group& group, Draft& draft) {
    const ReplicaIndex wanted = group.instance.promotion->wanted.value_or(ReplicaIndex{});
    fail_handover(group, draft,
                  error(ErrorCode::Aborted,
                        "copy " + std::to_string(wanted.number) +
                            " is no member of its group any more; nothing was lost; `foyer "
                            "instance show " +
                            group.instance.name.str() + "` lists the copies that are",
                        {{"rule", "no_member"}}));
}

std::string why_not_elected(const Group& group, const Replica& wanted) {
    const std::string within = " within " + minutes(handover_within);
    if (group.is_silent(wanted.node))
        return copy_text(wanted) + " was not elected" + within + ": its box is silent";
    if (!group.is_led())
        return copy_text(wanted) + " was not elected" + within +
               ": the leader of its group is not heard of";
    return copy_text(wanted) + " never held every write" + within + ", so that " +
           copy_text(*group.leader()) + " leads on";
}

void fail_late(Group& group, Draft& draft, Replica& wanted) {
    std::string why;
    if (group.instance.leader == wanted.key.index) {
        why = copy_text(wanted) + " was elected and does not serve after " +
              minutes(handover_within) + "; `foyer instance show " + group.instance.name.str() +
              "` tells what it waits for";
    } else {
        wanted.passed_over_at = draft.now();
        why = why_not_elected(group, wanted) + "; " + try_again(group, wanted.key.index);
    }
    fail_handover(group, draft, error(ErrorCode::DeadlineExceeded, why, {{"rule", "deadline"}}));
}

Replica* wanted_of(Group& group) {
    const auto& wanted = group.instance.promotion->wanted;
    return wanted ? group.find(*wanted) : nullptr;
}

}  // namespace

bool is_passed_over(const Replica& replica, WallTime now) {
    return replica.passed_over_at && now - *replica.passed_over_at < passed_over_for;
}

bool is_better_heir(const Group& group, const Replica& one, const Replica& other, WallTime now) {
    const auto rank = [&](const Replica& replica) {
        return std::tuple(group.is_barred(replica), is_passed_over(replica, now));
    };
    return rank(one) < rank(other);
}

bool has_heir(const Group& group) {
    return std::ranges::any_of(group.replicas,
                               [&](const Replica& replica) { return may_inherit(group, replica); });
}

std::optional<ReplicaIndex> best_heir(const Group& group, WallTime now) {
    const Replica* best = nullptr;
    for (const Replica& replica : group.replicas) {
        if (!may_inherit(group, replica)) continue;
        if (best == nullptr || is_better_heir(group, replica, *best, now)) best = &replica;
    }
    return best == nullptr ? std::nullopt : std::optional(best->key.index);
}

std::optional<ReplicaIndex> heir_of_move(const Group& group, WallTime now) {
    const auto heir = best_heir(group, now);
    return heir && is_passed_over(*group.find(*heir), now) ? std::nullopt : heir;
}

void begin_move(Group& group, Draft& draft, ReplicaIndex heir, std::string_view why) {
    const OperationId operation = name_of_move(group);
    draft.event("lead_moves", group.instance,
                copy_text(*group.leader()) + " led: " + std::string(why));
    begin_promotion(group, draft, {operation, heir, false, draft.now()});
}

// The group moves its lead itself, without a moment in which nobody could be elected: it is told
// who is wanted.
void propose_leader(Group& group, Draft& draft, const Promotion& promotion) {
    group.instance.promotion = promotion;
    group.group_changed(draft);
    begin_operation(group, draft, OperationKind::Promote, promotion.operation);
    draft.event("promotion_proposed", group.instance,
                "copy " + std::to_string(promotion.wanted->number) + " should lead");
}

void hear_elected(Group& group, Draft& draft) {
    Replica& lead = *group.find(*group.instance.leader);
    lead.passed_over_at.reset();
    if (!group.instance.promotion || group.instance.promotion->wanted == lead.key.index) return;
    Replica* wanted = wanted_of(group);
    if (wanted == nullptr) return;  // advance_handover ends it
    wanted->passed_over_at = draft.now();
    const std::string epoch = std::to_string(group.instance.fence.epoch.number());
    fail_handover(group, draft,
                  error(ErrorCode::Aborted,
                        copy_text(lead) + " was elected instead, in epoch " + epoch + ": " +
                            copy_text(*wanted) + " was not ready in time; " +
                            try_again(group, wanted->key.index),
                        {{"rule", "another_elected"},
                         {"leader", std::to_string(lead.key.index.number)},
                         {"epoch", epoch}}));
}

void advance_handover(Group& group, Draft& draft) {
    const Instance& instance = group.instance;
    const bool leads = instance.leader == instance.promotion->wanted;
    if (leads && instance.served == instance.fence) return end_handover(group, draft);
    const Replica* wanted = wanted_of(group);
    if (!leads && (wanted == nullptr || wanted->membership != Membership::Member))
        fail_without_member(group, draft);
}

void age_handovers(Draft& draft, WallTime hearing_since) {
    int aged = 0;
    for (const auto& [began, name] : draft.state().handovers()) {
        const bool open = draft.now() - std::max(began, hearing_since) < handover_within;
        if (open || aged == aged_at_once_max) return;
        Group group(draft.state(), draft.state().instances().at(name));
        if (Replica* wanted = wanted_of(group))
            fail_late(group, draft, *wanted);
        else
            fail_without_member(group, draft);
        group.put_back(draft);
        ++aged;
    }
}

}  // namespace foyer::master
