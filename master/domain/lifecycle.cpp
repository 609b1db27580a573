// What a customer does with an instance he has: stop, start, delete, see its password once. And the
// operations that show it.
#include "common/base/text.h"
#include "master/domain/domain_reports.h"
#include "master/domain/group.h"

namespace foyer::master {

namespace {

EventKind success_of(OperationKind kind) {
    switch (kind) {
        case OperationKind::Order: return "order_succeeded";
        case OperationKind::Stop: return "stop_succeeded";
        case OperationKind::Start: return "start_succeeded";
        case OperationKind::Delete: return "delete_succeeded";
        case OperationKind::Promote: return "promote_succeeded";
        case OperationKind::Drain:             // node_drained
        case OperationKind::Rebalance: break;  // rebalance_ended
    }
    CHECK(false);
}

}  // namespace

// The border has looked already, at a state that may be an older one.
Result<Instance> find_instance_of(const State& state, const InstanceName& name,
                                  const AccountId& owner) {
    const Instance* row = state.instances().get(name);
    if (row == nullptr || (!owner.empty() && row->owner != owner))
        return no_such_row("instance", name.str(), "foyer instance ls");
    return *row;
}

void begin_operation(Group& group, Draft& draft, OperationKind kind, const OperationId& id) {
    if (group.instance.operation) {
        const auto earlier = draft.state().operations().find(*group.instance.operation);
        if (earlier != draft.state().operations().end() &&
            earlier->second.state == OperationState::Running) {
            Operation superseded = earlier->second;
            superseded.state = OperationState::Failed;
            superseded.failure =
                error(ErrorCode::Aborted, "superseded by operation '" + id.str() + "' (" +
                                              std::string(to_text(kind)) + ")");
            superseded.finished_at = draft.now();
            draft.put(superseded);
            if (superseded.kind == OperationKind::Order)
                draft.event("order_failed", group.instance, superseded.failure->message);
        }
    }
    group.instance.operation = id;
    Operation operation;
    operation.id = id;
    operation.kind = kind;
    operation.instance = group.instance.name;
    operation.owner = group.instance.owner;
    operation.created_at = draft.now();
    draft.put(advance(group, operation, draft.now()));
}

void advance_operation(Group& group, Draft& draft) {
    if (!group.instance.operation) return;
    const auto found = draft.state().operations().find(*group.instance.operation);
    if (found == draft.state().operations().end() || found->second.state != OperationState::Running)
        return;
    Operation next = advance(group, found->second, draft.now());
    if (next == found->second) return;
    if (next.state == OperationState::Succeeded) {
        draft.event(success_of(next.kind), group.instance,
                    "operation '" + next.id.str() + "' done after " +
                        std::to_string((draft.now() - next.created_at).count()) + " ms");
        group.instance.operation.reset();
    }
    draft.put(std::move(next));
}

void fail_operation(Group& group, Draft& draft, const OperationId& id, const Error& why) {
    if (group.instance.operation == id) group.instance.operation.reset();
    const Operation* row = draft.state().operations().get(id);
    if (row == nullptr || row->state != OperationState::Running) return;
    Operation failed = *row;
    failed.state = OperationState::Failed;
    failed.failure = why;
    failed.finished_at = draft.now();
    bool told = false;
    for (OperationStep& step : failed.steps) {
        if (step.state != OperationState::Running) continue;
        step.state = OperationState::Failed;
        step.detail = told ? "not begun" : why.message;
        step.finished_at = draft.now();
        told = true;
    }
    draft.put(std::move(failed));
}

namespace {

// It is so already: nothing changes, and the operation that is answered is the one under way, or
// else one that is done from the beginning. Only that one is written.
Decision already_so(const State& state, const Instance& instance, OperationKind kind,
                    const OperationId& id, WallTime now) {
    Draft draft(state, now);
    const Operation* running =
        instance.operation ? state.operations().get(*instance.operation) : nullptr;
    if (running != nullptr && running->state == OperationState::Running)
        return std::move(draft).done(instance.name.str(), running->id);
    Operation operation;
    operation.id = id;
    operation.kind = kind;
    operation.instance = instance.name;
    operation.owner = instance.owner;
    operation.state = OperationState::Succeeded;
    operation.steps = {{std::string(to_text(kind)), OperationState::Succeeded,
                        "it was " + std::string(to_text(instance.desired)) + " already", now, now}};
    operation.created_at = now;
    operation.finished_at = now;
    draft.put(std::move(operation));
    return std::move(draft).done(instance.name.str(), id);
}

}  // namespace

Result<Decision> stop_instance(const State& state, const StopInstance& command, WallTime now) {
    Group group(state, TRY(find_instance_of(state, command.name, command.owner)));
    if (group.instance.desired == DesiredState::Stopped)
        return already_so(state, group.instance, OperationKind::Stop, command.operation, now);
    if (group.instance.desired != DesiredState::Running) {
        return error(ErrorCode::FailedPrecondition,
                     "instance '" + command.name.str() + "' is " +
                         std::string(to_text(group.instance.desired)) + " already",
                     {{"rule", "not_running"}});
    }
    if (group.instance.promotion) {
        return error(ErrorCode::FailedPrecondition,
                     "a promotion is under way; stop the instance when it is done",
                     {{"rule", "promotion_under_way"}});
    }
    Draft draft(state, now);
    group.instance.desired = DesiredState::Stopped;
    group.group_changed(draft);
    begin_operation(group, draft, OperationKind::Stop, command.operation);
    draft.event("stop_ordered", group.instance, "its copies are stopped and kept");
    group.put_back(draft);
    return std::move(draft).done(command.name.str(), command.operation);
}

Result<Decision> start_instance(const State& state, const StartInstance& command, WallTime now) {
    Group group(state, TRY(find_instance_of(state, command.name, command.owner)));
    if (group.instance.desired == DesiredState::Running)
        return already_so(state, group.instance, OperationKind::Start, command.operation, now);
    if (group.instance.desired != DesiredState::Stopped) {
        return error(ErrorCode::FailedPrecondition,
                     "instance '" + command.name.str() + "' is " +
                         std::string(to_text(group.instance.desired)) + ", not stopped",
                     {{"rule", "not_stopped"}});
    }
    Draft draft(state, now);
    group.instance.desired = DesiredState::Running;
    group.group_changed(draft);
    // What boxes last said of it was said of a stopped copy.
    for (Replica& replica : group.replicas) replica.observed.ready = false;
    begin_operation(group, draft, OperationKind::Start, command.operation);
    draft.event("start_ordered", group.instance, "its copies are started");
    group.put_back(draft);
    return std::move(draft).done(command.name.str(), command.operation);
}

Result<Decision> delete_instance(const State& state, const DeleteInstance& command, WallTime now) {
    Group group(state, TRY(find_instance_of(state, command.name, command.owner)));
    if (group.instance.desired == DesiredState::Deleted) {
        return error(ErrorCode::FailedPrecondition,
                     "instance '" + command.name.str() + "' is being deleted already",
                     {{"rule", "deleting"}});
    }
    Draft draft(state, now);
    group.instance.desired = DesiredState::Deleted;
    group.instance.promotion.reset();
    group.instance.admin_password.reset();
    group.group_changed(draft);
    group.route_changed(draft);
    begin_operation(group, draft, OperationKind::Delete, command.operation);
    forget_domains_of(group.instance.name, draft);
    draft.event("delete_ordered", group.instance, "every copy is erased");
    group.put_back(draft);
    return std::move(draft).done(command.name.str(), command.operation);
}

Result<Decision> reveal_instance(const State& state, const RevealInstance& command, WallTime now) {
    Group group(state, TRY(find_instance_of(state, command.name, command.owner)));
    if (group.instance.password_shown_at) {
        return error(ErrorCode::FailedPrecondition,
                     "the password of '" + command.name.str() + "' was shown at " +
                         to_rfc3339(*group.instance.password_shown_at) + " and is not kept",
                     {{"rule", "password_shown"}});
    }
    if (!group.instance.admin_password) {
        return error(ErrorCode::FailedPrecondition,
                     "instance '" + command.name.str() + "' has no password to show",
                     {{"rule", "no_password"}});
    }
    Draft draft(state, now);
    group.instance.password_shown_at = now;
    // The founder's box still needs it until init has succeeded; report.cpp forgets it then.
    if (group.instance.initialized) group.instance.admin_password.reset();
    draft.event("password_shown", group.instance, "the generated password was shown to its owner");
    group.put_back(draft);
    return std::move(draft).done(command.name.str());
}

}  // namespace foyer::master
