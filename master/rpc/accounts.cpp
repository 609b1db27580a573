// Accounts and their API tokens.
#include "master/app/housekeeping.h"
#include "master/domain/limits.h"
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

}  // namespace

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

void who_am_i(const ApiContext&, ApiCall call, const api::WhoAmIRequest&,
              api::WhoAmIResponse& response) {
    response.set_account(call.caller.account.str());
    for (const AccountRole role : call.caller.roles) response.add_roles(to_wire(role));
    call.done(ok_status());
}

}  // namespace foyer::master
