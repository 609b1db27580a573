// Customers' own names: whose they are is whose the instance is. Operators see all.
#include "common/base/check.h"
#include "master/app/punycode.h"
#include "master/domain/domain_names.h"
#include "master/domain/domain_view.h"
#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

constexpr std::size_t token_length = 26;  // 130 bits: nobody else's claim has it

api::DomainState to_wire(DomainPhase phase) {
    switch (phase) {
        case DomainPhase::WaitingForDns: return api::DOMAIN_STATE_WAITING_FOR_DNS;
        case DomainPhase::Asking: return api::DOMAIN_STATE_ASKING;
        case DomainPhase::Serving: return api::DOMAIN_STATE_SERVING;
        case DomainPhase::Failing: return api::DOMAIN_STATE_FAILING;
    }
    CHECK(false);
}

void show(const DomainCertificate& from, api::DomainCertificate& to) {
    to.set_edge(from.edge.str());
    if (from.not_after) set_time(*from.not_after, *to.mutable_not_after());
    to.set_failure(from.failure);
    to.set_failures(from.failures);
    if (from.failed_at) set_time(*from.failed_at, *to.mutable_failed_at());
    if (from.retry_at) set_time(*from.retry_at, *to.mutable_retry_at());
}

void show(const State& state, const Domain& from, WallTime now, api::Domain& to) {
    const DomainView view = view_of(state, from, now);
    to.set_name(from.name.str());
    to.set_instance(from.instance.str());
    to.set_owner(from.owner.str());
    to.set_state(to_wire(view.phase));
    to.set_status(view.status);
    to.set_next(view.next);
    for (const DnsRecord& record : records_of(state, from)) {
        auto& added = *to.add_records();
        added.set_name(record.name);
        added.set_type(record.type);
        added.set_value(record.value);
    }
    for (const DomainCertificate& one : view.certificates) show(one, *to.add_certificates());
    if (view.serving_until) set_time(*view.serving_until, *to.mutable_serving_until());
    set_time(from.created_at, *to.mutable_created_at());
    if (from.proven_at) set_time(*from.proven_at, *to.mutable_proven_at());
}

bool may_see(const Caller& caller, const Domain& row) {
    return caller.is_operator() || row.owner == caller.account;
}

// Another's is answered as if it did not exist.
Result<const Domain*> find_own_domain(const State& state, const Caller& caller,
                                      const std::string& name) {
    const Domain* row = state.domains().get(DomainName(to_domain_text(name)));
    if (row == nullptr || !may_see(caller, *row))
        return error(ErrorCode::NotFound,
                     "domain '" + name + "' does not exist; `foyer domain ls` shows yours");
    return row;
}

}  // namespace

void create_domain(const ApiContext& context, ApiCall call, const api::CreateDomainRequest& request,
                   api::Domain& response) {
    const Status letters = check_letters_of_dns(request.name());
    if (!letters.ok()) return call.done(letters);
    const DomainName name(to_domain_text(request.name()));
    CreateDomain command;
    command.name = name;
    command.instance = InstanceName(request.instance());
    if (!call.caller.is_operator()) command.owner = call.caller.account;
    command.token = "foyer-" + context.rng.text(token_length);
    PreparedWrite write;
    write.command = std::move(command);
    write.render = [name, now = context.clock.wall()](const State& after, const Reply&,
                                                      google::protobuf::Message& answer) {
        show(after, after.domains().at(name), now, static_cast<api::Domain&>(answer));
    };
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void get_domain(const ApiContext& context, ApiCall call, const api::GetDomainRequest& request,
                api::Domain& response) {
    call.done(context.planner.read([&](const State& state) -> Status {
        const Domain* row = TRY(find_own_domain(state, call.caller, request.name()));
        show(state, *row, context.clock.wall(), response);
        return ok_status();
    }));
}

void list_domains(const ApiContext& context, ApiCall call, const api::ListDomainsRequest& request,
                  api::ListDomainsResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    const WallTime now = context.clock.wall();
    context.planner.read([&](const State& state) {
        list_rows(
            state, state.domains(), window.value(), *response.mutable_page(),
            [&](const Domain& row) {
                return may_see(call.caller, row) &&
                       (request.instance().empty() || row.instance.str() == request.instance());
            },
            [&](const Domain& row) { show(state, row, now, *response.add_domains()); });
    });
    call.done(ok_status());
}

void delete_domain(const ApiContext& context, ApiCall call, const api::DeleteDomainRequest& request,
                   api::DeleteDomainResponse& response) {
    PreparedWrite write;
    write.command = DeleteDomain{DomainName(to_domain_text(request.name())),
                                 call.caller.is_operator() ? AccountId() : call.caller.account};
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

}  // namespace foyer::master
