// What the operator wants of a box: cordon, uncordon, drain, cancel. NodeWish is drawn in rows.h.
#include "common/base/text.h"
#include "master/domain/limits.h"
#include "master/domain/membership.h"
#include "master/domain/node_life.h"
#include "master/domain/repair.h"

namespace foyer::master {
namespace {

Result<Node> find_home(const State& state, const NodeId& name) {
    Node node = TRY(find_row(state.nodes(), name, "node", "foyer node ls"));
    if (!node.edge) return node;
    return error(ErrorCode::FailedPrecondition,
                 "node '" + name.str() +
                     "' is an edge and holds no copies; point the names at other edges, then "
                     "`foyer node delete " +
                     name.str() + "`",
                 {{"rule", "edge"}});
}

Error wrong_wish(const Node& node, const std::string& advice) {
    return error(
        ErrorCode::FailedPrecondition,
        "node '" + node.name.str() + "' is " + std::string(to_text(node.wish)) + "; " + advice,
        {{"rule", "node_wish"}, {"wish", std::string(to_text(node.wish))}});
}

Result<Decision> change_wish(const State& state, Node node, NodeWish wish, WallTime now,
                             EventKind kind, const std::string& message) {
    CHECK(can_move(node.wish, wish));
    node.wish = wish;
    Draft draft(state, now);
    draft.put(node);
    draft.event(kind, node, message);
    return std::move(draft).done(node.name.str());
}

// "move acme-0": done once the box does not hold it any more.
std::string step_name(const ReplicaKey& key) { return "move " + partition_id(key).str(); }

std::vector<OperationStep> first_steps(const State& state, const NodeId& node, WallTime now) {
    std::vector<OperationStep> steps;
    for (const ReplicaKey& key : state.replicas_on(node))
        steps.push_back(
            {step_name(key), OperationState::Running, "waits for its turn", now, std::nullopt});
    return steps;
}

// What a person reads beside a step. Only words that change with the copy's state, so that a row is
// not written at each tick.
std::string step_detail(const State& state, const ReplicaKey& key) {
    const auto repair = repair_status(state, state.instances().at(key.instance));
    return repair ? repair->text : "waits for its turn";
}

Operation advanced(const State& state, const Node& node, Operation operation, WallTime now) {
    bool all_done = true;
    std::map<std::string, ReplicaKey> held;
    for (const ReplicaKey& key : state.replicas_on(node.name)) held.emplace(step_name(key), key);
    for (OperationStep& step : operation.steps) {
        if (step.state == OperationState::Succeeded) continue;
        const auto there = held.find(step.name);
        if (there == held.end()) {
            step.state = OperationState::Succeeded;
            step.detail = "gone from this box";
            step.finished_at = now;
        } else {
            step.detail = step_detail(state, there->second);
            all_done = false;
        }
    }
    if (all_done && held.empty()) {
        operation.state = OperationState::Succeeded;
        operation.finished_at = now;
    } else if (node.drain->deadline && now >= *node.drain->deadline) {
        operation.state = OperationState::Failed;
        operation.finished_at = now;
        operation.failure =
            error(ErrorCode::DeadlineExceeded,
                  "the deadline is over and node '" + node.name.str() + "' still holds " +
                      std::to_string(held.size()) + " copies, '" +
                      partition_id(held.begin()->second).str() +
                      "' among them; they go on moving for as long as the box is there",
                  {{"rule", "deadline"}, {"partitions", std::to_string(held.size())}});
    }
    return operation;
}

}  // namespace

void tell_leaving(const Node& node, const std::string& why, Draft& draft) {
    const State& state = draft.state();
    for (const ReplicaKey& key : state.replicas_on(node.name))
        draft.event("copy_leaves", state.instances().at(key.instance),
                    "copy " + std::to_string(key.index.number) + " leaves '" + node.name.str() +
                        "', " + why);
}

Result<Decision> cordon_node(const State& state, const CordonNode& command, WallTime now) {
    Node node = TRY(find_home(state, command.name));
    if (node.wish == NodeWish::Cordoned) return Draft(state, now).done(node.name.str());
    if (node.wish == NodeWish::Draining) {
        return wrong_wish(node, "nothing new comes to it already; `foyer node cancel-drain " +
                                    node.name.str() + "` ends that");
    }
    return change_wish(state, std::move(node), NodeWish::Cordoned, now, "node_cordoned",
                       "no new copies come here; those that are here stay");
}

Result<Decision> uncordon_node(const State& state, const UncordonNode& command, WallTime now) {
    Node node = TRY(find_home(state, command.name));
    if (node.wish == NodeWish::Open) return Draft(state, now).done(node.name.str());
    if (node.wish == NodeWish::Draining)
        return wrong_wish(node, "`foyer node cancel-drain " + node.name.str() + "` ends that");
    return change_wish(state, std::move(node), NodeWish::Open, now, "node_uncordoned",
                       "copies may come here again");
}

Result<Decision> drain_node(const State& state, const DrainNode& command, WallTime now) {
    Node node = TRY(find_home(state, command.name));
    TRY(find_row(state.accounts(), command.owner, "account", "foyer account ls"));
    if (node.wish == NodeWish::Draining) {
        return wrong_wish(node, "watch operation '" + node.drain->operation.str() +
                                    "', or `foyer node cancel-drain " + node.name.str() +
                                    "` first");
    }
    if (command.deadline < Duration(0) || command.deadline > limits::drain_deadline_max) {
        return error(ErrorCode::InvalidArgument, "a deadline is from 1 second to 90 days from now",
                     {{"field", "deadline_seconds"}});
    }
    CHECK(can_move(node.wish, NodeWish::Draining));
    node.wish = NodeWish::Draining;
    node.drain = Drain{command.operation, std::nullopt, now};
    if (command.deadline > Duration(0)) node.drain->deadline = now + command.deadline;
    Operation operation;
    operation.id = command.operation;
    operation.kind = OperationKind::Drain;
    operation.node = node.name;
    operation.owner = command.owner;
    operation.created_at = now;
    operation.steps = first_steps(state, node.name, now);
    Draft draft(state, now);
    draft.put(advanced(state, node, operation, now));
    draft.put(node);
    draft.event("node_draining", node,
                std::to_string(operation.steps.size()) + " copies move away" +
                    (node.drain->deadline ? ", until " + to_rfc3339(*node.drain->deadline) : ""));
    tell_leaving(node, "which is emptied", draft);
    return std::move(draft).done(node.name.str(), command.operation);
}

Result<Decision> cancel_drain(const State& state, const CancelDrain& command, WallTime now) {
    Node node = TRY(find_home(state, command.name));
    if (node.wish != NodeWish::Draining) return wrong_wish(node, "no drain is under way");
    Draft draft(state, now);
    const auto found = state.operations().find(node.drain->operation);
    if (found != state.operations().end() && found->second.state == OperationState::Running) {
        Operation operation = found->second;
        operation.state = OperationState::Failed;
        operation.failure = error(ErrorCode::Aborted, "the drain was cancelled");
        operation.finished_at = now;
        draft.put(operation);
    }
    CHECK(can_move(node.wish, NodeWish::Open));
    node.wish = NodeWish::Open;
    node.drain.reset();
    draft.put(node);
    draft.event("node_drain_cancelled", node,
                "what is still here stays; what has moved is not moved back");
    return std::move(draft).done(node.name.str());
}

void advance_drains(Draft& draft) {
    const State& state = draft.state();
    for (const NodeId& name : state.draining()) {
        const Node& node = state.nodes().at(name);
        if (!node.drain) continue;  // its host wants it, and his box tells him
        const auto found = state.operations().find(node.drain->operation);
        if (found == state.operations().end() || found->second.state != OperationState::Running)
            continue;
        const Operation next = advanced(state, node, found->second, draft.now());
        if (next == found->second) continue;
        if (next.state == OperationState::Succeeded)
            draft.event("node_drained", node, "it holds nothing any more");
        if (next.state == OperationState::Failed)
            draft.event("node_drain_late", node, next.failure->message);
        draft.put(next);
    }
}

}  // namespace foyer::master
