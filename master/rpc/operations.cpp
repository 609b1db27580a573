// Operations: watched without a thread each.
#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

constexpr std::size_t operation_id_length = 12;

Error no_operation(const std::string& id) {
    return error(
        ErrorCode::NotFound,
        "operation '" + id + "' does not exist, or ended so long ago that it is forgotten");
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
        const bool own = found != state.operations().end() &&
                         (call.caller.is_operator() || found->second.owner == call.caller.account);
        if (!own) return no_operation(id.str());
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
