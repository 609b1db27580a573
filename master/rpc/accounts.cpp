// Accounts and their API tokens.
#include "master/app/housekeeping.h"
#include "master/domain/limits.h"
#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {

void create_account(const ApiContext& context, ApiCall call,
                    const api::CreateAccountRequest& request, api::Account& response) {
    CreateAccount command{AccountId(request.name()), {}};
    for (int i = 0; i < request.roles_size(); ++i) {
        const auto role = from_wire(request.roles(i));
        if (!role.ok()) return call.done(role.failure());
        command.roles.insert(role.value());
    }
    PreparedWrite write;
    write.command = std::move(command);
    write.render = [](const State& after, const Reply& reply, google::protobuf::Message& answer) {
        show(after.accounts().at(AccountId(reply.subject)), static_cast<api::Account&>(answer));
    };
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void list_accounts(const ApiContext& context, ApiCall call, const api::ListAccountsRequest& request,
                   api::ListAccountsResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    context.planner.read([&](const State& state) {
        list_rows(
            state, state.accounts(), window.value(), *response.mutable_page(),
            [](const Account&) { return true; },
            [&](const Account& row) { show(row, *response.add_accounts()); });
    });
    call.done(ok_status());
}

void create_token(const ApiContext& context, ApiCall call, const api::CreateTokenRequest& request,
                  api::ApiToken& response) {
    constexpr std::int64_t valid_seconds_max = limits::api_token_valid_max.count() / 1000;
    if (request.valid_seconds() < 0 || request.valid_seconds() > valid_seconds_max) {
        return call.done(error(ErrorCode::InvalidArgument,
                               "'/valid_seconds' must be from 60 to 31622400 (366 days)",
                               {{"path", "/valid_seconds"}}));
    }
    const FreshToken token = make_api_token(context.rng);
    PreparedWrite write;
    write.command = CreateToken{token.id, AccountId(request.account()), token.secret_hash,
                                request.note(), Duration(request.valid_seconds() * 1000)};
    const std::string text = request.validate_only() ? std::string() : token.text;
    write.kind = AnswerKind::Secret;
    write.render = [text](const State& after, const Reply& reply,
                          google::protobuf::Message& answer) {
        auto& shown = static_cast<api::ApiToken&>(answer);
        const ApiToken& row = after.tokens().at(TokenId(reply.subject));
        shown.set_id(row.id.str());
        shown.set_account(row.account.str());
        shown.set_token(text);
        set_time(row.expires_at, *shown.mutable_expires_at());
    };
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void who_am_i(const ApiContext&, ApiCall call, const api::WhoAmIRequest&,
              api::WhoAmIResponse& response) {
    response.set_account(call.caller.account.str());
    for (const AccountRole role : call.caller.roles) response.add_roles(to_wire(role));
    call.done(ok_status());
}

}  // namespace foyer::master
