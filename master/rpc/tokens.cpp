// API tokens. Their secret is in one answer, when they are made.
#include "master/domain/tokens.h"

#include "master/app/housekeeping.h"
#include "master/domain/limits.h"
#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

bool sees(const State& state, const Caller& caller, const ApiToken& token) {
    const ApiToken* by = state.tokens().get(caller.token);
    return by != nullptr && may_see(state, *by, token);
}

}  // namespace

void create_token(const ApiContext& context, ApiCall call, const api::CreateTokenRequest& request,
                  api::ApiToken& response) {
    constexpr std::int64_t valid_seconds_max = limits::api_token_valid_max.count() / 1000;
    if (request.valid_seconds() < 0 || request.valid_seconds() > valid_seconds_max) {
        return call.done(error(ErrorCode::InvalidArgument,
                               "'/valid_seconds' must be from 60 to 31622400 (366 days)",
                               {{"path", "/valid_seconds"}}));
    }
    const FreshToken token = make_api_token(context.rng);
    CreateToken command{token.id, AccountId(request.account()), token.secret_hash, request.note(),
                        Duration(request.valid_seconds() * 1000)};
    if (command.account.empty()) command.account = call.caller.account;
    auto scopes = roles_in(request.scopes(), "scopes");
    if (!scopes.ok()) return call.done(scopes.failure());
    command.scopes = std::move(scopes).value();
    command.read_only = request.read_only();
    command.maker = call.caller.token;
    PreparedWrite write;
    write.command = std::move(command);
    const std::string text = request.validate_only() ? std::string() : token.text;
    write.kind = AnswerKind::Secret;
    write.render = [text](const State& after, const Reply& reply,
                          google::protobuf::Message& answer) {
        auto& shown = static_cast<api::ApiToken&>(answer);
        show(after.tokens().at(TokenId(reply.subject)), shown);
        shown.set_token(text);
    };
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void get_token(const ApiContext& context, ApiCall call, const api::GetTokenRequest& request,
               api::ApiToken& response) {
    call.done(context.planner.read([&](const State& state) -> Status {
        const ApiToken* found = state.tokens().get(TokenId(request.id()));
        if (found == nullptr || !sees(state, call.caller, *found))
            return error(ErrorCode::NotFound, "token '" + request.id() + "' does not exist");
        show(*found, response);
        return ok_status();
    }));
}

void list_tokens(const ApiContext& context, ApiCall call, const api::ListTokensRequest& request,
                 api::ListTokensResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    context.planner.read([&](const State& state) {
        list_rows(
            state, state.tokens(), window.value(), *response.mutable_page(),
            [&](const ApiToken& row) {
                return sees(state, call.caller, row) &&
                       (request.account().empty() || row.account.str() == request.account());
            },
            [&](const ApiToken& row) { show(row, *response.add_tokens()); });
    });
    call.done(ok_status());
}

void delete_token(const ApiContext& context, ApiCall call, const api::DeleteTokenRequest& request,
                  api::DeleteTokenResponse& response) {
    PreparedWrite write;
    write.command = RevokeToken{TokenId(request.id()), call.caller.token, request.with_made()};
    write.render = [](const State&, const Reply& reply, google::protobuf::Message& answer) {
        auto& shown = static_cast<api::DeleteTokenResponse&>(answer);
        for (const TokenId& id : reply.revoked) shown.add_revoked(id.str());
    };
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

}  // namespace foyer::master
