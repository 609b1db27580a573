// Accounts, the log of what they changed, and who a caller is.
#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

void show_page(const std::vector<AuditEntry>& entries, int size, api::ListAuditResponse& to) {
    for (const AuditEntry& from : entries) {
        if (to.entries_size() == size) {
            const std::string last = std::to_string(to.entries(size - 1).sequence());
            to.mutable_page()->set_next_page_token(to_base64url(as_bytes(last)));
            return;
        }
        api::AuditEntry& added = *to.add_entries();
        added.set_sequence(from.sequence);
        set_time(from.at, *added.mutable_at());
        added.set_account(from.account);
        added.set_rpc(from.rpc);
        added.set_subject(from.subject);
        added.set_request_id(from.request_id);
        added.set_body_hash(from.body_hash);
        added.set_revision(from.revision.number());
        added.set_previous(from.previous);
        added.set_hash(from.hash);
    }
}

Quota from_wire(const api::Quota& quota) {
    Quota made;
    if (quota.has_instances()) made.instances = quota.instances();
    if (quota.has_copies()) made.copies = quota.copies();
    if (quota.has_disk_bytes()) made.disk = Bytes(quota.disk_bytes());
    return made;
}

void show_account(const State& after, const Reply& reply, google::protobuf::Message& answer) {
    show(after, after.accounts().at(AccountId(reply.subject)), static_cast<api::Account&>(answer));
}

}  // namespace

void create_account(const ApiContext& context, ApiCall call,
                    const api::CreateAccountRequest& request, api::Account& response) {
    const auto roles = roles_in(request.roles(), "roles");
    if (!roles.ok()) return call.done(roles.failure());
    PreparedWrite write;
    write.command =
        CreateAccount{AccountId(request.name()), roles.value(), from_wire(request.quota())};
    write.render = show_account;
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void get_account(const ApiContext& context, ApiCall call, const api::GetAccountRequest& request,
                 api::Account& response) {
    call.done(context.planner.read([&](const State& state) -> Status {
        const Account* found = state.accounts().get(AccountId(request.name()));
        const bool own = call.caller.account.str() == request.name();
        if (found == nullptr || !(own || call.caller.is_operator()))
            return error(ErrorCode::NotFound, "account '" + request.name() + "' does not exist");
        show(state, *found, response);
        return ok_status();
    }));
}

void update_account(const ApiContext& context, ApiCall call,
                    const api::UpdateAccountRequest& request, api::Account& response) {
    const auto roles = roles_in(request.roles(), "roles");
    if (!roles.ok()) return call.done(roles.failure());
    PreparedWrite write;
    write.command =
        UpdateAccount{AccountId(request.name()), roles.value(), from_wire(request.quota())};
    write.render = show_account;
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void delete_account(const ApiContext& context, ApiCall call,
                    const api::DeleteAccountRequest& request,
                    api::DeleteAccountResponse& response) {
    PreparedWrite write;
    write.command = DeleteAccount{AccountId(request.name()), call.caller.account};
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void list_accounts(const ApiContext& context, ApiCall call, const api::ListAccountsRequest& request,
                   api::ListAccountsResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    context.planner.read([&](const State& state) {
        list_rows(state, state.accounts(), window.value(), *response.mutable_page(),
                  [&](const Account& row) { show(state, row, *response.add_accounts()); });
    });
    call.done(ok_status());
}

void list_audit(const ApiContext& context, ApiCall call, const api::ListAuditRequest& request,
                api::ListAuditResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    const auto after = number_after(window.value());
    if (!after.ok()) return call.done(after.failure());
    context.planner.read([&](const State& state) {
        response.mutable_page()->set_revision(state.revision().number());
    });
    const int size = window.value().size;
    context.events.audit(
        after.value(), size,
        [&response, size, done = std::move(call.done)](Result<std::vector<AuditEntry>> entries) {
            if (!entries.ok()) return done(entries.failure());
            show_page(entries.value(), size, response);
            done(ok_status());
        });
}

void who_am_i(const ApiContext& context, ApiCall call, const api::WhoAmIRequest&,
              api::WhoAmIResponse& response) {
    response.set_account(call.caller.account.str());
    for (const AccountRole role : call.caller.account_roles) response.add_roles(to_wire(role));
    for (const AccountRole role : call.caller.roles) response.add_scopes(to_wire(role));
    response.set_read_only(call.caller.read_only);
    response.set_token_id(call.caller.token.str());
    set_time(call.caller.expires_at, *response.mutable_token_expires_at());
    response.set_session(call.caller.session);
    response.set_manages(call.caller.manages);
    if (call.caller.member) {
        response.set_member(call.caller.member->str());
        context.planner.read([&](const State& state) {
            const Member* row = state.members().get({call.caller.account, *call.caller.member});
            response.set_totp(row != nullptr && row->totp_on);
        });
    }
    call.done(ok_status());
}

}  // namespace foyer::master
