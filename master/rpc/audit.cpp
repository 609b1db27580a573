// The audit log: all of it for operators and auditors, else what concerns the caller.
#include "master/domain/audit.h"

#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

// Who of the operator's people did it, and by which means, is not for whom it was done to; nor
// what they could find that out with by trying.
constexpr const char* operator_word = "operator";

void show_how(const AuditEntry& from, api::AuditEntry& to) {
    to.set_account(from.account);
    to.set_member(from.member);
    to.set_token_id(from.token);
    to.set_request_id(from.request_id);
    to.set_body_hash(from.body_hash);
    to.set_previous(from.previous);
    to.set_hash(from.hash);
}

void show(const AuditEntry& from, const AuditFilter& asked, api::AuditEntry& to) {
    to.set_sequence(from.sequence);
    to.set_version(static_cast<int>(from.version));
    set_time(from.at, *to.mutable_at());
    to.set_rpc(from.rpc);
    to.set_subject(from.subject);
    // Of entries of before the database was told it later: their hash does not cover it.
    if (from.version != AuditVersion::OfAccounts) to.set_owner(from.owner);
    to.set_revision(from.revision.number());
    if (!asked.owner || from.account == asked.owner->str())
        show_how(from, to);
    else
        to.set_account(operator_word);
}

void show_page(const std::vector<AuditEntry>& entries, const AuditFilter& asked, int size,
               api::ListAuditResponse& to) {
    to.set_partial(leaves_out(asked));
    for (const AuditEntry& from : entries) {
        if (to.entries_size() == size) {
            const std::int64_t last = to.entries(size - 1).sequence();
            return goes_on_after(std::to_string(last), *to.mutable_page());
        }
        show(from, asked, *to.add_entries());
    }
}

bool reads_all(const Caller& caller) {
    return caller.is_operator() || caller.roles.contains(AccountRole::Auditor);
}

// What the caller asks for, as far as he may.
Status narrow(const Caller& caller, AuditFilter& filter) {
    if (reads_all(caller)) {
        if (filter.member.empty() || !filter.account.empty()) return ok_status();
        return error(ErrorCode::InvalidArgument,
                     "'/member' is a person of one account: say in '/account' of which",
                     {{"path", "/account"}});
    }
    if (!filter.account.empty() && filter.account != caller.account)
        return error(ErrorCode::PermissionDenied,
                     "what other accounts did is for operators and auditors; leave 'account' out",
                     {{"rule", "role"}, {"roles", "operator, auditor"}});
    filter.owner = caller.account;
    const bool sees_others = !caller.member || caller.manages;
    if (!sees_others) {
        if (!filter.member.empty() && filter.member != *caller.member)
            return error(ErrorCode::PermissionDenied,
                         "what other members did is for those who manage account '" +
                             caller.account.str() + "'; leave 'member' out",
                         {{"rule", "manages"}});
        filter.member = *caller.member;
    }
    // People of the operator may have the same name.
    if (!filter.member.empty()) filter.account = caller.account;
    return ok_status();
}

Result<AuditFilter> filter_of(const Caller& caller, const api::ListAuditRequest& request) {
    AuditFilter filter;
    filter.account = AccountId(request.account());
    filter.member = MemberName(request.member());
    filter.subject = request.subject();
    if (request.has_since()) filter.since = TRY(time_in(request.since(), "since"));
    if (request.has_until()) filter.until = TRY(time_in(request.until(), "until"));
    if (filter.until && *filter.until <= filter.since)
        return error(ErrorCode::InvalidArgument, "'/until' must be later than '/since'",
                     {{"path", "/until"}});
    TRY(narrow(caller, filter));
    return filter;
}

}  // namespace

void list_audit(const ApiContext& context, ApiCall call, const api::ListAuditRequest& request,
                api::ListAuditResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    const auto after = number_after(window.value());
    if (!after.ok()) return call.done(after.failure());
    const auto filter = filter_of(call.caller, request);
    if (!filter.ok()) return call.done(filter.failure());
    context.planner.read([&](const State& state) {
        response.mutable_page()->set_revision(state.revision().number());
    });
    const int size = window.value().size;
    context.events.audit(filter.value(), after.value(), size,
                         [&response, size, asked = filter.value(),
                          done = std::move(call.done)](Result<std::vector<AuditEntry>> entries) {
                             if (!entries.ok()) return done(entries.failure());
                             show_page(entries.value(), asked, size, response);
                             done(ok_status());
                         });
}

}  // namespace foyer::master
