#include "master/domain/rebalance.h"

#include <algorithm>
#include <set>

#include "master/domain/balance.h"
#include "master/domain/budget.h"
#include "master/domain/group.h"
#include "master/domain/membership.h"

namespace foyer::master {
namespace {

// A step is called after the copy that moves. Both directions, here alone.
constexpr std::string_view step_prefix = "move ";
std::string step_name(const ReplicaKey& key) {
    return std::string(step_prefix) + partition_id(key).str();
}
// Nothing once the copy is gone.
const Replica* copy_of(const State& state, const OperationStep& step) {
    return state.find_replica(PartitionId(step.name.substr(step_prefix.size())));
}

bool is_running(const OperationStep& step) { return step.state == OperationState::Running; }

const Operation& under_way(const State& state) {
    return state.operations().at(*state.rebalancing());
}

const Replica* newcomer_for(const State& state, const ReplicaKey& old) {
    for (const Replica* replica : state.replicas_of(old.instance)) {
        if (replica->replaces == old.index) return replica;
    }
    return nullptr;
}

void end_step(OperationStep& step, OperationState how, std::string detail, WallTime now) {
    step.state = how;
    step.detail = std::move(detail);
    step.finished_at = now;
}

// What has moved stays moved, what has not stays where it is.
void leave_step(const Replica& old, OperationStep& step, const std::string& why, WallTime now) {
    const bool counts = old.membership == Membership::Leaving;
    end_step(step, counts ? OperationState::Succeeded : OperationState::Failed,
             why + (counts ? "; the new copy counts" : "; the new copy is given up"), now);
}

void advance_step(const State& state, OperationStep& step, WallTime now) {
    const Replica* old = copy_of(state, step);
    if (old == nullptr) return end_step(step, OperationState::Succeeded, "moved", now);
    // It may be for months, and nothing moves meanwhile.
    if (state.instances().at(old->key.instance).desired != DesiredState::Running)
        return leave_step(*old, step, "its instance was stopped", now);
    if (old->membership == Membership::Leaving) {
        step.detail = "the new copy counts; this one goes once the others hold everything";
    } else if (const Replica* made = newcomer_for(state, old->key)) {
        step.detail = partition_id(made->key).str() + " on '" + made->node.str() + "' catches up";
    } else {
        end_step(step, OperationState::Failed, "the new copy was given up; this one stays", now);
    }
}

// Copies that were tried, whatever became of them.
std::set<ReplicaKey> tried(const State& state, const Operation& operation) {
    std::set<ReplicaKey> keys;
    for (const OperationStep& step : operation.steps) {
        if (const Replica* replica = copy_of(state, step)) keys.insert(replica->key);
    }
    return keys;
}

void begin_move(Draft& draft, Operation& operation, const BalanceMove& move) {
    const State& state = draft.state();
    Group group(state, state.instances().at(move.replica.instance));
    Replica made = new_learner(group, move.to, move.replica.index, draft);
    const std::string how = "from '" + move.from.str() + "' to '" + move.to.str() + "', for " +
                            std::string(to_text(move.gain));
    draft.event("copy_moves", group.instance,
                "copy " + std::to_string(move.replica.index.number) + " " + how);
    group.replicas.push_back(std::move(made));
    group.put_back(draft);
    operation.steps.push_back(
        {step_name(move.replica), OperationState::Running, how, draft.now(), std::nullopt});
}

void finish(Draft& draft, Operation& operation, const std::string& why) {
    const auto moved = std::ranges::count_if(operation.steps, [](const OperationStep& step) {
        return step.state == OperationState::Succeeded;
    });
    operation.state = OperationState::Succeeded;
    operation.finished_at = draft.now();
    draft.event("rebalance_ended", operation, std::to_string(moved) + " copies moved; " + why);
}

// May a move begin: no repair is under way, and not too much altogether.
bool has_room(const State& state, const Operation& operation) {
    const auto moving = std::ranges::count_if(operation.steps, is_running);
    const auto made = rebuilds(state);
    const auto making = static_cast<std::ptrdiff_t>(made.size());
    const auto own = std::ranges::count_if(made, [&](const ReplicaKey& key) {
        const Replica& learner = state.replicas().at(key);
        return learner.replaces &&
               is_moved_by_rebalancing(state, {key.instance, *learner.replaces});
    });
    const RepairSettings& settings = state.settings().repair;
    return moving < settings.rebalance_at_once && making == own && making < settings.rebuilds_max;
}

}  // namespace

bool is_moved_by_rebalancing(const State& state, const ReplicaKey& key) {
    if (!state.rebalancing()) return false;
    const std::string name = step_name(key);
    return std::ranges::any_of(under_way(state).steps, [&](const OperationStep& step) {
        return is_running(step) && step.name == name;
    });
}

void advance_rebalancing(Draft& draft) {
    const State& state = draft.state();
    if (!state.rebalancing()) return;
    Operation operation = under_way(state);
    for (OperationStep& step : operation.steps) {
        if (is_running(step)) advance_step(state, step, draft.now());
    }
    const bool used_up = static_cast<int>(operation.steps.size()) >= operation.moves_max;
    if (!used_up && has_room(state, operation)) {
        const auto move = next_move(state, tried(state, operation), busy_nodes(state));
        if (move) {
            begin_move(draft, operation, *move);
        } else if (std::ranges::none_of(operation.steps, is_running)) {
            finish(draft, operation, "no further move is worth it");
        }
    } else if (used_up && std::ranges::none_of(operation.steps, is_running)) {
        finish(draft, operation, "as many as were allowed; `foyer rebalance plan` shows the rest");
    }
    if (!(operation == under_way(state))) draft.put(operation);
}

Result<Decision> start_rebalance(const State& state, const StartRebalance& command, WallTime now) {
    TRY(find_row(state.accounts(), command.owner, "account", "foyer account ls"));
    if (command.moves_max < 1 || command.moves_max > rebalance_moves_max) {
        return error(
            ErrorCode::InvalidArgument,
            "a rebalancing moves from 1 to " + std::to_string(rebalance_moves_max) + " copies",
            {{"field", "moves_max"}});
    }
    if (state.rebalancing()) {
        return error(ErrorCode::FailedPrecondition,
                     "operation '" + state.rebalancing()->str() +
                         "' rebalances already; watch it, or `foyer rebalance stop` first",
                     {{"rule", "rebalancing"}, {"operation", state.rebalancing()->str()}});
    }
    if (!next_move(state, {}, busy_nodes(state))) {
        return error(ErrorCode::FailedPrecondition,
                     "no move is worth it: `foyer rebalance plan` shows how the boxes are used",
                     {{"rule", "balanced"}});
    }
    Operation operation;
    operation.id = command.operation;
    operation.kind = OperationKind::Rebalance;
    operation.moves_max = command.moves_max;
    operation.owner = command.owner;
    operation.created_at = now;
    Draft draft(state, now);
    draft.put(operation);
    draft.event("rebalance_started", operation,
                "at most " + std::to_string(command.moves_max) + " copies move");
    return std::move(draft).done({}, command.operation);
}

Result<Decision> stop_rebalance(const State& state, const StopRebalance&, WallTime now) {
    if (!state.rebalancing()) {
        return error(ErrorCode::FailedPrecondition,
                     "no rebalancing is under way; `foyer rebalance start` begins one",
                     {{"rule", "not_rebalancing"}});
    }
    Operation operation = under_way(state);
    for (OperationStep& step : operation.steps) {
        if (is_running(step)) advance_step(state, step, now);
        if (is_running(step)) leave_step(*copy_of(state, step), step, "stopped", now);
    }
    operation.state = OperationState::Failed;
    operation.failure = error(ErrorCode::Aborted, "the rebalancing was stopped");
    operation.finished_at = now;
    Draft draft(state, now);
    draft.put(operation);
    draft.event("rebalance_ended", operation, "stopped; what has moved stays");
    return std::move(draft).done({}, operation.id);
}

}  // namespace foyer::master
