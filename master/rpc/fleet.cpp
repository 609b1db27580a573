// Hosts and sites.
#include "master/rpc/handlers.h"
#include "master/rpc/list_filters.h"
#include "master/rpc/show.h"

namespace foyer::master {
bool may_see(const Caller& caller, const Site& site) {
    return caller.is_operator() || site.host.str() == caller.account.str();
}

Result<const Site*> find_own_site(const State& state, const Caller& caller,
                                  const std::string& name) {
    const auto found = state.sites().find(SiteId(name));
    if (found == state.sites().end() || !may_see(caller, found->second))
        return error(ErrorCode::NotFound, "site '" + name + "' does not exist");
    return &found->second;
}

void create_host(const ApiContext& context, ApiCall call, const api::CreateHostRequest& request,
                 api::Host& response) {
    PreparedWrite write;
    write.command = CreateHost{HostId(request.name())};
    write.render = [](const State& after, const Reply& reply, google::protobuf::Message& answer) {
        show(after.hosts().at(HostId(reply.subject)), static_cast<api::Host&>(answer));
    };
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void delete_host(const ApiContext& context, ApiCall call, const api::DeletePlaceRequest& request,
                 api::DeletePlaceResponse& response) {
    remove_place<DeleteHost>(context, std::move(call), request, response);
}

void get_host(const ApiContext& context, ApiCall call, const api::GetHostRequest& request,
              api::Host& response) {
    call.done(context.planner.read([&](const State& state) {
        return show_found(state.hosts(), request.name(), "host",
                          [&](const Host& row) { show(row, response); });
    }));
}

void list_hosts(const ApiContext& context, ApiCall call, const api::ListHostsRequest& request,
                api::ListHostsResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    context.planner.read([&](const State& state) {
        list_rows(state, state.hosts(), window.value(), *response.mutable_page(),
                  [&](const Host& row) { show(row, *response.add_hosts()); });
    });
    call.done(ok_status());
}

void create_site(const ApiContext& context, ApiCall call, const api::CreateSiteRequest& request,
                 api::Site& response) {
    const auto host_class = from_wire(request.host_class());
    if (!host_class.ok()) return call.done(host_class.failure());
    PreparedWrite write;
    write.command =
        CreateSite{SiteId(request.name()), IspId(request.isp()), CountryCode(request.country()),
                   HostId(request.host()), host_class.value()};
    write.render = [](const State& after, const Reply& reply, google::protobuf::Message& answer) {
        show(after, after.sites().at(SiteId(reply.subject)), static_cast<api::Site&>(answer));
    };
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void delete_site(const ApiContext& context, ApiCall call, const api::DeletePlaceRequest& request,
                 api::DeletePlaceResponse& response) {
    remove_place<DeleteSite>(context, std::move(call), request, response);
}

void get_site(const ApiContext& context, ApiCall call, const api::GetSiteRequest& request,
              api::Site& response) {
    call.done(context.planner.read([&](const State& state) -> Status {
        show(state, *TRY(find_own_site(state, call.caller, request.name())), response);
        return ok_status();
    }));
}

void list_sites(const ApiContext& context, ApiCall call, const api::ListSitesRequest& request,
                api::ListSitesResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    context.planner.read([&](const State& state) {
        list_rows(
            state, state.sites(), window.value(), *response.mutable_page(),
            [&](const Site& row) { return may_see(call.caller, row) && fits(row, request); },
            [&](const Site& row) { show(state, row, *response.add_sites()); });
    });
    call.done(ok_status());
}

}  // namespace foyer::master
