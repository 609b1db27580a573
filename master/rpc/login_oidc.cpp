// Logins at the identity provider: begun, ended, and tied to a member. The master remembers nothing
// in between: the flow is sealed into what the person's program keeps.
#include "master/login/oidc_flow.h"
#include "master/rpc/handlers.h"
#include "master/rpc/login_steps.h"

namespace foyer::master {
namespace {

Error not_configured() {
    return error(ErrorCode::FailedPrecondition,
                 "no identity provider is configured here ([oidc] in master.toml); log in with the "
                 "password",
                 {{"rule", "oidc_off"}});
}

// Runs on the asking thread, once whoever tries may try. Else `held` is answered.
void on_asking_thread(const ApiContext& context, const std::shared_ptr<HeldCall>& held,
                      std::function<void()> work) {
    LoginDesk& logins = context.logins;
    if (!logins.oidc) return held->done(not_configured());
    // Who comes back is known only then; nothing here can be guessed at.
    const LoginTry attempt{held->terms.source, {}, {}};
    const Status may = logins.guard.admit(attempt, context.clock.mono());
    if (!may.ok()) return held->done(may);
    const Status posted = logins.asking.post(attempt.source, std::move(work));
    if (!posted.ok()) held->done(posted);
}

Result<OidcIdentity> identity_of(const ApiContext& context, const api::FinishOidcRequest& request) {
    const WallTime now = context.clock.wall();
    const OidcFlow flow = TRY(opened_flow(request.flow(), request.state(), context.seal, now));
    return context.logins.oidc->identity_of(flow, request.code(), context.clock.mono(), now);
}

// The account's member that logs in as this person there.
Result<MemberKey> member_of(const State& state, const AccountId& account,
                            const OidcIdentity& identity) {
    for (auto at = state.members().lower_bound({account, {}});
         at != state.members().end() && at->first.first == account; ++at) {
        if (at->second.identity == identity) return at->first;
    }
    return error(ErrorCode::Unauthenticated,
                 "nobody of this account logs in as this person; log in with the password once, "
                 "and tie the two together (`foyer me link`)",
                 {{"rule", "login_refused"}});
}

}  // namespace

void start_oidc(const ApiContext& context, ApiCall call, const api::StartOidcRequest& request,
                api::StartOidcResponse& response) {
    const auto held = hold(std::move(call));
    on_asking_thread(context, held, [&context, &request, &response, held] {
        OidcProvider& provider = *context.logins.oidc;
        const Status good = check_redirect(request.redirect_uri(), provider.config().redirect_uris);
        if (!good.ok()) return held->done(good);
        const OidcFlow flow =
            new_oidc_flow(request.redirect_uri(), context.rng, context.clock.wall());
        auto url = provider.authorization_url(flow, context.clock.mono());
        if (!url.ok()) return held->done(url.failure());
        response.set_authorization_url(std::move(url).value());
        response.set_flow(sealed_flow(flow, context.seal));
        held->done(ok_status());
    });
}

void finish_oidc(const ApiContext& context, ApiCall call, const api::FinishOidcRequest& request,
                 api::LoginResponse& response) {
    const auto held = hold(std::move(call));
    on_asking_thread(context, held, [&context, &request, &response, held] {
        const auto identity = identity_of(context, request);
        if (!identity.ok()) return held->done(identity.failure());
        const auto key = context.planner.read([&](const State& state) {
            return member_of(state, AccountId(request.account()), identity.value());
        });
        if (!key.ok()) return held->done(key.failure());
        OpenSession command;
        command.key = key.value();
        command.proof.identity = identity.value();
        finish_login(context, held, request, response, std::move(command), {});
    });
}

void link_oidc(const ApiContext& context, ApiCall call, const api::FinishOidcRequest& request,
               api::LinkOidcResponse& response) {
    const auto held = hold(std::move(call));
    on_asking_thread(context, held, [&context, &request, &response, held] {
        const auto identity = identity_of(context, request);
        if (!identity.ok()) return held->done(identity.failure());
        PreparedWrite write;
        write.command = LinkIdentity{held->caller.token, identity.value()};
        submit_held(context, held, request, response, std::move(write));
    });
}

}  // namespace foyer::master
