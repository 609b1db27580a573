// Accounts, and who a caller is.
#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

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
    write.command = CreateAccount{AccountId(request.name()), roles.value(),
                                  from_wire(request.quota()), CountryCode(request.country())};
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
    write.command = UpdateAccount{AccountId(request.name()), roles.value(),
                                  from_wire(request.quota()), CountryCode(request.country())};
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
