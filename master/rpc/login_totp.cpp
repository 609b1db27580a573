// Codes of an authenticator: set up, confirmed, removed, by the person who logged in.
#include "master/login/password.h"
#include "master/login/totp.h"
#include "master/rpc/handlers.h"
#include "master/rpc/login_steps.h"

namespace foyer::master {
namespace {

auto shown_later(const MemberKey& key) {
    return [key](const State& after, const Reply&, google::protobuf::Message& answer) {
        static_cast<api::TotpState&>(answer).set_totp(after.members().at(key).totp_on);
    };
}

}  // namespace

void start_totp(const ApiContext& context, ApiCall call, const api::StartTotpRequest& request,
                api::StartTotpResponse& response) {
    const auto row = member_now(context, call.caller.token);
    if (!row.ok()) return call.done(row.failure());
    const LoginTry attempt = try_of(call.caller, call.terms);
    const auto held = hold(std::move(call));
    const auto start = [&context, &request, &response, held, row = row.value()] {
        if (!is_password(Secret<std::string>(request.password()), row.password_hash))
            return held->done(login_refused());
        const MemberKey key = key_of_member(row);
        const Secret<std::string> secret = new_totp_secret(context.rng);
        PreparedWrite write;
        write.command = StartTotp{held->caller.token, row.password_hash,
                                  context.seal.seal(secret, totp_place(key))};
        write.kind = AnswerKind::Secret;
        write.render = [secret, key](const State&, const Reply&,
                                     google::protobuf::Message& answer) {
            auto& shown = static_cast<api::StartTotpResponse&>(answer);
            shown.set_secret(secret.reveal());
            shown.set_uri(totp_uri(key.first.str(), key.second.str(), secret));
        };
        submit_held(context, held, request, response, std::move(write));
    };
    on_hashing_thread(context, held, attempt, start);
}

void confirm_totp(const ApiContext& context, ApiCall call, const api::ConfirmTotpRequest& request,
                  api::TotpState& response) {
    const auto row = member_now(context, call.caller.token);
    if (!row.ok()) return call.done(row.failure());
    const Status may =
        context.logins.guard.admit(try_of(call.caller, call.terms), context.clock.mono());
    if (!may.ok()) return call.done(may);
    const MemberKey key = key_of_member(row.value());
    const auto step = code_step(context, key, row.value().totp, request.code());
    if (!step) return call.done(totp_refused());
    PreparedWrite write;
    write.command = ConfirmTotp{call.caller.token, row.value().totp, *step};
    write.render = shown_later(key);
    submit_write(context, std::move(call), request, {}, response, std::move(write));
}

void remove_totp(const ApiContext& context, ApiCall call, const api::RemoveTotpRequest& request,
                 api::TotpState& response) {
    const auto row = member_now(context, call.caller.token);
    if (!row.ok()) return call.done(row.failure());
    const LoginTry attempt = try_of(call.caller, call.terms);
    const auto held = hold(std::move(call));
    const auto remove = [&context, &request, &response, held, row = row.value()] {
        if (!is_password(Secret<std::string>(request.password()), row.password_hash))
            return held->done(login_refused());
        const MemberKey key = key_of_member(row);
        const auto step = code_step(context, key, row.totp, request.code());
        if (!step) return held->done(totp_refused());
        PreparedWrite write;
        write.command = RemoveTotp{held->caller.token, row.password_hash, *step};
        write.render = shown_later(key);
        submit_held(context, held, request, response, std::move(write));
    };
    on_hashing_thread(context, held, attempt, remove);
}

}  // namespace foyer::master
