// Applications of hosts, as operators see and decide them.
#include "master/domain/applications.h"

#include "foyer/api/v1/applications.pb.h"
#include "master/domain/limits.h"
#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

api::ApplicationState to_wire(ApplicationState state) {
    switch (state) {
        case ApplicationState::Open: return api::APPLICATION_STATE_OPEN;
        case ApplicationState::Approved: return api::APPLICATION_STATE_APPROVED;
        case ApplicationState::Rejected: return api::APPLICATION_STATE_REJECTED;
        case ApplicationState::Withdrawn: return api::APPLICATION_STATE_WITHDRAWN;
        case ApplicationState::Lapsed: return api::APPLICATION_STATE_LAPSED;
    }
    CHECK(false);
}

// Unspecified: any.
Result<std::optional<ApplicationState>> state_in(api::ApplicationState state) {
    if (state == api::APPLICATION_STATE_UNSPECIFIED) return std::optional<ApplicationState>();
    for (const ApplicationState known : all_application_states)
        if (to_wire(known) == state) return std::optional(known);
    return error(ErrorCode::InvalidArgument,
                 "'/state' must be open, approved, rejected, withdrawn or lapsed",
                 {{"path", "/state"}});
}

void show(const State& state, const Application& from, api::Application& to) {
    to.set_id(from.id.str());
    to.set_state(to_wire(from.state));
    to.set_site(from.site.str());
    to.set_isp(from.isp.str());
    to.set_country(from.country.str());
    to.set_plan(from.plan);
    to.set_contact(from.contact);
    to.set_message(from.message);
    to.set_cpu_millicores(from.offered.cpu.count());
    to.set_memory_bytes(from.offered.memory.count());
    to.set_disk_bytes(from.offered.disk.count());
    to.set_uplink_kbit(from.offered.uplink.count());
    to.set_agent_version(from.agent_version);
    for (const CheckFinding& one : from.findings) {
        api::ApplicationFinding& finding = *to.add_findings();
        finding.set_subject(one.subject);
        finding.set_value(one.value);
        finding.set_verdict(one.verdict);
        finding.set_reason(one.reason);
    }
    if (from.line) {
        to.set_line_asn(static_cast<std::uint32_t>(from.line->number.number()));
        to.set_line_holder(from.line->holder);
    }
    for (const std::string& remark : remarks_on(state, from)) to.add_remarks(remark);
    to.set_reason(from.reason);
    to.set_node(from.node.str());
    to.set_key_fingerprint(from.key_fingerprint);
    set_time(from.created_at, *to.mutable_created_at());
    if (from.ended_at) set_time(*from.ended_at, *to.mutable_ended_at());
    if (from.erased_at) set_time(*from.erased_at, *to.mutable_erased_at());
    if (const auto until = until_of(state, from)) set_time(*until, *to.mutable_until());
    to.set_revision(from.revision.number());
}

void show_application(const State& after, const Reply& reply, google::protobuf::Message& answer) {
    show(after, after.applications().at(ApplicationId(reply.subject)),
         static_cast<api::Application&>(answer));
}

}  // namespace

void get_application(const ApiContext& context, ApiCall call,
                     const api::GetApplicationRequest& request, api::Application& response) {
    call.done(context.planner.read([&](const State& state) -> Status {
        const Application* row = state.applications().get(ApplicationId(request.id()));
        if (row == nullptr)
            return error(ErrorCode::NotFound, "application '" + request.id() + "' does not exist");
        show(state, *row, response);
        return ok_status();
    }));
}

void list_applications(const ApiContext& context, ApiCall call,
                       const api::ListApplicationsRequest& request,
                       api::ListApplicationsResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    const auto wanted = state_in(request.state());
    if (!wanted.ok()) return call.done(wanted.failure());
    context.planner.read([&](const State& state) {
        response.set_accepted(state.settings().applications.accept);
        list_rows(
            state, state.applications(), window.value(), *response.mutable_page(),
            [&](const Application& row) { return !wanted.value() || row.state == *wanted.value(); },
            [&](const Application& row) { show(state, row, *response.add_applications()); });
    });
    if (!context.agent_addresses.empty()) response.set_master(context.agent_addresses.front());
    response.set_ca_sha256(context.authority.fingerprint());
    call.done(ok_status());
}

void approve_application(const ApiContext& context, ApiCall call,
                         const api::ApproveApplicationRequest& request,
                         api::Application& response) {
    constexpr std::int64_t valid_seconds_max = limits::node_token_valid_max.count() / 1000;
    if (request.valid_seconds() < 0 || request.valid_seconds() > valid_seconds_max)
        return call.done(error(ErrorCode::InvalidArgument,
                               "'/valid_seconds' must be from 60 to 2592000 (30 days)",
                               {{"path", "/valid_seconds"}}));
    HostClass host_class = HostClass::Open;
    if (request.host_class() != api::HOST_CLASS_UNSPECIFIED) {
        const auto named = from_wire(request.host_class());
        if (!named.ok()) return call.done(named.failure());
        host_class = named.value();
    }
    PreparedWrite write;
    write.command = ApproveApplication{ApplicationId(request.id()),
                                       SiteId(request.site()),
                                       IspId(request.isp()),
                                       HostId(request.host()),
                                       host_class,
                                       Duration(request.valid_seconds() * 1000)};
    write.render = show_application;
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void reject_application(const ApiContext& context, ApiCall call,
                        const api::RejectApplicationRequest& request, api::Application& response) {
    PreparedWrite write;
    write.command = RejectApplication{ApplicationId(request.id()), request.reason()};
    write.render = show_application;
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

}  // namespace foyer::master
