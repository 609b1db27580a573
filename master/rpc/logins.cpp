// Logins by password. What is wrong is said in one way, whatever it was, and takes the same time.
#include "common/tls/sha256.h"
#include "master/login/password.h"
#include "master/rpc/handlers.h"
#include "master/rpc/login_steps.h"

namespace foyer::master {
namespace {

constexpr std::size_t name_bytes_max = 64;

template <class Request>
Result<MemberKey> login_of(const Request& request) {
    const auto check = [](const char* field, const std::string& text) -> Status {
        if (!text.empty() && text.size() <= name_bytes_max) return ok_status();
        return error(ErrorCode::InvalidArgument,
                     std::string("'") + field + "' is needed, and has at most 64 bytes",
                     {{"field", field}});
    };
    TRY(check("account", request.account()));
    TRY(check("member", request.member()));
    return MemberKey{AccountId(request.account()), MemberName(request.member())};
}

// What the row says of a login; of one that is not there, nothing.
Member seen_row(const ApiContext& context, const MemberKey& key) {
    return context.planner.read([&](const State& state) {
        const Member* found = state.members().get(key);
        return found == nullptr ? Member{} : *found;
    });
}

}  // namespace

void log_in(const ApiContext& context, ApiCall call, const api::LoginRequest& request,
            api::LoginResponse& response) {
    const auto key = login_of(request);
    if (!key.ok()) return call.done(key.failure());
    const LoginTry attempt{call.terms.source, login_text(key.value()),
                           known_device(context, key.value(), request.device())};
    const auto held = hold(std::move(call));
    const auto prove = [&context, &request, &response, held, key = key.value()] {
        const Member row = seen_row(context, key);
        if (!is_password(Secret<std::string>(request.password()), row.password_hash))
            return held->done(login_refused());
        OpenSession command{key, {row.password_hash, {}}};
        if (row.totp_on) {
            if (request.code().empty()) return held->done(totp_needed());
            const auto step = code_step(context, key, row.totp, request.code());
            if (!step) return held->done(login_refused());
            command.totp_step = *step;
        }
        finish_login(context, held, request, response, std::move(command), request.device());
    };
    on_hashing_thread(context, held, attempt, prove);
}

void accept_invitation(const ApiContext& context, ApiCall call,
                       const api::AcceptInvitationRequest& request,
                       api::AcceptInvitationResponse& response) {
    const auto key = login_of(request);
    if (!key.ok()) return call.done(key.failure());
    const Status good = check_password(Secret<std::string>(request.password()), request.account(),
                                       request.member(), "password");
    if (!good.ok()) return call.done(good);
    const LoginTry attempt{call.terms.source, login_text(key.value()), {}};
    const auto held = hold(std::move(call));
    const auto accept = [&context, &request, &response, held, key = key.value()] {
        const std::string invitation = tls::sha256_hex(request.invitation());
        if (!is_invited(seen_row(context, key), invitation, context.clock.wall()))
            return held->done(invitation_refused());
        auto hash = hash_password(Secret<std::string>(request.password()), context.rng);
        if (!hash.ok()) return held->done(hash.failure());
        held->caller.account = key.first;
        held->caller.member = key.second;
        PreparedWrite write;
        write.command = AcceptInvitation{key, invitation, std::move(hash).value()};
        submit_held(context, held, request, response, std::move(write));
    };
    on_hashing_thread(context, held, attempt, accept);
}

void log_out(const ApiContext& context, ApiCall call, const api::LogoutRequest& request,
             api::LogoutResponse& response) {
    PreparedWrite write;
    write.command = CloseSession{call.caller.token};
    submit_write(context, std::move(call), request, {}, response, std::move(write));
}

void change_password(const ApiContext& context, ApiCall call,
                     const api::ChangePasswordRequest& request,
                     api::ChangePasswordResponse& response) {
    const auto row = member_now(context, call.caller.token);
    if (!row.ok()) return call.done(row.failure());
    const Status good =
        check_password(Secret<std::string>(request.new_password()), row.value().account.str(),
                       row.value().name.str(), "new_password");
    if (!good.ok()) return call.done(good);
    const LoginTry attempt = try_of(call.caller, call.terms);
    const auto held = hold(std::move(call));
    const auto change = [&context, &request, &response, held, was = row.value().password_hash] {
        if (!is_password(Secret<std::string>(request.password()), was))
            return held->done(login_refused());
        auto hash = hash_password(Secret<std::string>(request.new_password()), context.rng);
        if (!hash.ok()) return held->done(hash.failure());
        PreparedWrite write;
        write.command = ChangePassword{held->caller.token, was, std::move(hash).value()};
        submit_held(context, held, request, response, std::move(write));
    };
    on_hashing_thread(context, held, attempt, change);
}

}  // namespace foyer::master
