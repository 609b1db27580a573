// Instances as they are, and what happened to them.
#include "master/domain/explain.h"
#include "master/rpc/handlers.h"
#include "master/rpc/list_filters.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

bool may_see(const Caller& caller, const Instance& row) {
    return caller.is_operator() || row.owner == caller.account;
}

}  // namespace

Result<const Instance*> find_own(const State& state, const Caller& caller,
                                 const std::string& name) {
    const auto found = state.instances().find(InstanceName(name));
    if (found == state.instances().end() || !may_see(caller, found->second)) {
        return error(ErrorCode::NotFound,
                     "instance '" + name + "' does not exist; `foyer instance ls` shows yours");
    }
    return &found->second;
}

void get_instance(const ApiContext& context, ApiCall call, const api::GetInstanceRequest& request,
                  api::Instance& response) {
    call.done(context.planner.read([&](const State& state) -> Status {
        show(state, *TRY(find_own(state, call.caller, request.name())), response);
        return ok_status();
    }));
}

void list_instances(const ApiContext& context, ApiCall call,
                    const api::ListInstancesRequest& request,
                    api::ListInstancesResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    const Status filter = check_filter(request);
    if (!filter.ok()) return call.done(filter);
    context.planner.read([&](const State& state) {
        list_rows(
            state, state.instances(), window.value(), *response.mutable_page(),
            [&](const Instance& row) {
                return may_see(call.caller, row) && fits(state, row, request);
            },
            [&](const Instance& row) { show(state, row, *response.add_instances()); });
    });
    call.done(ok_status());
}

void get_instance_timeline(const ApiContext& context, ApiCall call,
                           const api::GetInstanceRequest& request,
                           api::InstanceTimeline& response) {
    call.done(context.planner.read([&](const State& state) -> Status {
        show_timeline(state, *TRY(find_own(state, call.caller, request.name())), response);
        return ok_status();
    }));
}

void explain_instance(const ApiContext& context, ApiCall call,
                      const api::GetInstanceRequest& request, api::PlacementExplanation& response) {
    call.done(context.planner.read([&](const State& state) -> Status {
        const Instance* instance = TRY(find_own(state, call.caller, request.name()));
        show(explain(state, *instance), call.caller.is_operator(), response);
        return ok_status();
    }));
}

void list_instance_events(const ApiContext& context, ApiCall call,
                          const api::ListInstanceEventsRequest& request,
                          api::ListInstanceEventsResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    const auto before = number_after(window.value());
    if (!before.ok()) return call.done(before.failure());
    const Status own = context.planner.read([&](const State& state) -> Status {
        TRY(find_own(state, call.caller, request.name()));
        response.mutable_page()->set_revision(state.revision().number());
        return ok_status();
    });
    if (!own.ok()) return call.done(own);
    context.events.page(InstanceName(request.name()), before.value(), window.value().size,
                        [&response, done = std::move(call.done)](Result<EventPage> page) {
                            if (!page.ok()) return done(page.failure());
                            for (const Event& event : page.value().events)
                                show(event, *response.add_events());
                            if (page.value().before > 0)
                                goes_on_after(std::to_string(page.value().before),
                                              *response.mutable_page());
                            done(ok_status());
                        });
}

}  // namespace foyer::master
