// Operations: watched without a thread each.
#include "master/rpc/handlers.h"
#include "master/rpc/list_filters.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

constexpr std::size_t operation_id_length = 12;

Error no_operation(const std::string& id) {
    return error(
        ErrorCode::NotFound,
        "operation '" + id + "' does not exist, or ended so long ago that it is forgotten");
}

bool may_see(const Caller& caller, const Operation& row) {
    return caller.is_operator() || row.owner == caller.account;
}

bool is_news(const State& state, const OperationId& id, Revision known) {
    const auto found = state.operations().find(id);
    return found == state.operations().end() || found->second.state != OperationState::Running ||
           found->second.revision > known;
}

}  // namespace

OperationId new_operation(const ApiContext& context) {
    return OperationId("op-" + context.rng.text(operation_id_length));
}

Api::Done once_ended(const ApiContext& context, Duration wait,
                     std::function<const api::Operation&()> begun,
                     std::function<void(const State&)> shown_again, Api::Done done) {
    if (wait == Duration(0)) return done;
    return [&context, wait, begun = std::move(begun), again = std::move(shown_again),
            done = std::move(done)](const Status& outcome) {
        // Nothing began where it was only tried, or refused.
        if (!outcome.ok() || begun().state() != api::OPERATION_STATE_RUNNING) return done(outcome);
        const auto ended = [id = OperationId(begun().id())](const State& state) {
            const Operation* row = state.operations().get(id);
            return row == nullptr || row->state != OperationState::Running;
        };
        const auto held = context.desk.wait({}, context.clock.mono() + wait, ended,
                                            [&context, again, done](Woken) {
                                                context.planner.read(again);
                                                done(ok_status());
                                            });
        if (!held.ok()) return done(outcome);  // too many wait: it is told as it began
        context.planner.read(
            [&](const State& state) { context.desk.recheck(held.value(), state); });
    };
}

Api::Done once_ended(const ApiContext& context, Duration wait, api::Operation& response,
                     Api::Done done) {
    const auto again = [&response](const State& state) {
        const Operation* row = state.operations().get(OperationId(response.id()));
        if (row == nullptr) return;
        response.Clear();
        show(*row, response);
    };
    const auto begun = [&response]() -> const api::Operation& { return response; };
    return once_ended(context, wait, begun, again, std::move(done));
}

void list_operations(const ApiContext& context, ApiCall call,
                     const api::ListOperationsRequest& request,
                     api::ListOperationsResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    const Status filter = check_filter(request);
    if (!filter.ok()) return call.done(filter);
    context.planner.read([&](const State& state) {
        list_rows(
            state, state.operations(), window.value(), *response.mutable_page(),
            [&](const Operation& row) { return may_see(call.caller, row) && fits(row, request); },
            [&](const Operation& row) { show(row, *response.add_operations()); });
    });
    call.done(ok_status());
}

void render_operation(const State& after, const Reply& reply, google::protobuf::Message& answer) {
    if (!reply.operation) return;
    const auto found = after.operations().find(*reply.operation);
    if (found != after.operations().end())
        show(found->second, static_cast<api::Operation&>(answer));
}

void get_operation(const ApiContext& context, ApiCall call, const api::GetOperationRequest& request,
                   api::Operation& response) {
    const auto wait = wait_of(context, request.wait_ms());
    if (!wait.ok()) return call.done(wait.failure());
    const OperationId id(request.id());
    const Status seen = context.planner.read([&](const State& state) -> Status {
        const auto found = state.operations().find(id);
        if (found == state.operations().end() || !may_see(call.caller, found->second))
            return no_operation(id.str());
        show(found->second, response);
        return ok_status();
    });
    // Without after_revision: until it has ended, or changed from what it is now.
    const Revision known(request.after_revision() == 0 ? response.revision()
                                                       : request.after_revision());
    const bool news = !seen.ok() || context.planner.read([&](const State& state) {
        return is_news(state, id, known);
    });
    if (wait.value() == Duration(0) || news) return call.done(seen);
    const auto held = context.desk.wait(
        {}, context.clock.mono() + wait.value(),
        [id, known](const State& state) { return is_news(state, id, known); },
        [&context, id, &response, done = call.done](Woken) {
            done(context.planner.read([&](const State& state) -> Status {
                const auto found = state.operations().find(id);
                if (found == state.operations().end()) return no_operation(id.str());
                response.Clear();
                show(found->second, response);
                return ok_status();
            }));
        });
    if (!held.ok()) return call.done(held.failure());
    context.planner.read([&](const State& state) { context.desk.recheck(held.value(), state); });
}

}  // namespace foyer::master
