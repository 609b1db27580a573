// Customers' own names: whose a claim is is whose the instance is. Operators see all.
#include <map>

#include "common/base/check.h"
#include "master/app/mail_key_maker.h"
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
        case DomainPhase::Lapsed: return api::DOMAIN_STATE_LAPSED;
    }
    CHECK(false);
}

api::DomainUse to_wire(DomainUse use) {
    switch (use) {
        case DomainUse::Web: return api::DOMAIN_USE_WEB;
        case DomainUse::Mail: return api::DOMAIN_USE_MAIL;
        case DomainUse::WebAndMail: return api::DOMAIN_USE_WEB_AND_MAIL;
    }
    CHECK(false);
}

DomainUse from_wire(api::DomainUse use) {
    if (use == api::DOMAIN_USE_MAIL) return DomainUse::Mail;
    return use == api::DOMAIN_USE_WEB_AND_MAIL ? DomainUse::WebAndMail : DomainUse::Web;
}

void show(const DnsRecord& from, api::DnsRecord& to) {
    to.set_name(from.name);
    to.set_type(from.type);
    to.set_value(from.value);
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
    to.set_use(to_wire(from.use));
    for (const DnsRecord& record : records_of(state, from)) show(record, *to.add_records());
    for (const DnsRecord& hint : mail_hints_of(state, from)) show(hint, *to.add_mail_hints());
    for (const DomainCertificate& one : view.certificates) show(one, *to.add_certificates());
    if (view.serving_until) set_time(*view.serving_until, *to.mutable_serving_until());
    set_time(from.created_at, *to.mutable_created_at());
    to.set_revision(from.revision.number());
    if (from.proven_at) set_time(*from.proven_at, *to.mutable_proven_at());
}

bool may_see(const Caller& caller, const Domain& row) {
    return caller.is_operator() || row.owner == caller.account;
}

template <class Request>
DomainOf asked_by(const Caller& caller, const Request& request) {
    return {DomainName(to_domain_text(request.name())),
            caller.is_operator() ? AccountId() : caller.account, AccountId(request.account())};
}

// What a page of a list ends with: names hold no space, so these are in the order of names.
using ClaimText = Id<struct ClaimTextTag>;  // "erp.acme.example acme"

ClaimText claim_text(const Domain& row) {
    return ClaimText(row.name.str() + " " + row.owner.str());
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
    command.use = from_wire(request.use());
    if (is_for_mail(command.use)) {
        auto key = make_mail_key(name.str(), context.seal, context.rng);
        if (!key.ok()) return call.done(std::move(key).failure());
        command.mail_key = std::move(key).value();
    }
    PreparedWrite write;
    write.command = std::move(command);
    write.render = [name, to = InstanceName(request.instance()), now = context.clock.wall()](
                       const State& after, const Reply&, google::protobuf::Message& answer) {
        const AccountId& owner = after.instances().at(to).owner;
        show(after, after.domains().at({name, owner}), now, static_cast<api::Domain&>(answer));
    };
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void get_domain(const ApiContext& context, ApiCall call, const api::GetDomainRequest& request,
                api::Domain& response) {
    call.done(context.planner.read([&](const State& state) -> Status {
        const Domain* row = TRY(find_domain(state, asked_by(call.caller, request)));
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
        std::map<ClaimText, const Domain*> rows;
        for (const auto& [key, row] : state.domains()) {
            const bool wanted =
                request.instance().empty() || row.instance.str() == request.instance();
            if (wanted && may_see(call.caller, row)) rows.emplace(claim_text(row), &row);
        }
        list_rows(state, rows, window.value(), *response.mutable_page(),
                  [&](const Domain* row) { show(state, *row, now, *response.add_domains()); });
    });
    call.done(ok_status());
}

void delete_domain(const ApiContext& context, ApiCall call, const api::DeleteDomainRequest& request,
                   api::DeleteDomainResponse& response) {
    PreparedWrite write;
    write.command = DeleteDomain{asked_by(call.caller, request)};
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

}  // namespace foyer::master
