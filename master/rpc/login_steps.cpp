#include "master/rpc/login_steps.h"

#include "master/app/housekeeping.h"
#include "master/login/totp.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

constexpr std::size_t device_letters = 26;
constexpr std::size_t device_bytes_max = 400;

std::string device_place(const MemberKey& key) { return "device/" + login_text(key); }

std::string new_device(const ApiContext& context, const MemberKey& key) {
    return context.seal
        .seal(Secret<std::string>(context.rng.text(device_letters)), device_place(key))
        .str();
}

}  // namespace

void submit_held(const ApiContext& context, const std::shared_ptr<HeldCall>& held,
                 const google::protobuf::Message& request, google::protobuf::Message& response,
                 PreparedWrite write) {
    submit_write(context, released(*held), request, {}, response, std::move(write));
}

void on_hashing_thread(const ApiContext& context, const std::shared_ptr<HeldCall>& held,
                       const LoginTry& attempt, std::function<void()> work) {
    const Status may = context.logins.guard.admit(attempt, context.clock.mono());
    if (!may.ok()) return held->done(may);
    const std::string& who = attempt.device.empty() ? attempt.source : attempt.device;
    const Status posted = context.logins.hashing.post(who, std::move(work));
    if (!posted.ok()) held->done(posted);
}

std::string login_text(const MemberKey& key) { return key.first.str() + "/" + key.second.str(); }

std::string known_device(const ApiContext& context, const MemberKey& key,
                         const std::string& device) {
    if (device.empty() || device.size() > device_bytes_max) return {};
    const auto opened = context.seal.open(Sealed(device), device_place(key));
    return opened.ok() ? opened.value().reveal() : std::string();
}

Result<Member> member_now(const ApiContext& context, const TokenId& session) {
    return context.planner.read(
        [&](const State& state) { return member_of_session(state, session); });
}

LoginTry try_of(const Caller& caller, const CallTerms& terms) {
    return {terms.source, caller.account.str(), "session " + caller.token.str()};
}

std::optional<std::int64_t> code_step(const ApiContext& context, const MemberKey& key,
                                      const Sealed& secret, const std::string& code) {
    const auto opened = context.seal.open(secret, totp_place(key));
    if (!opened.ok()) return std::nullopt;
    return totp_step(opened.value(), code, context.clock.wall());
}

void finish_login(const ApiContext& context, const std::shared_ptr<HeldCall>& held,
                  const google::protobuf::Message& request, api::LoginResponse& response,
                  OpenSession command, const std::string& device_shown) {
    const FreshToken token = make_api_token(context.rng);
    const MemberKey key = command.key;
    const bool known = !known_device(context, key, device_shown).empty();
    const std::string device = known ? device_shown : new_device(context, key);
    command.id = token.id;
    command.secret_hash = token.secret_hash;
    held->caller.account = key.first;
    held->caller.member = key.second;
    PreparedWrite write;
    write.command = std::move(command);
    write.kind = AnswerKind::Secret;
    write.render = [text = token.text, key, device](const State& after, const Reply& reply,
                                                    google::protobuf::Message& answer) {
        auto& shown = static_cast<api::LoginResponse&>(answer);
        shown.set_account(key.first.str());
        shown.set_member(key.second.str());
        shown.set_token(text);
        set_time(after.tokens().at(TokenId(reply.subject)).expires_at, *shown.mutable_expires_at());
        shown.set_device(device);
    };
    submit_held(context, held, request, response, std::move(write));
}

}  // namespace foyer::master
