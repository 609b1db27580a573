// The identity provider that the operator configured: its addresses and keys as it publishes them
// (OpenID Connect Discovery 1.0), and who somebody is that it sent back. Blocks while it asks; for
// the worker that asks.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/log/secret.h"
#include "master/domain/members.h"
#include "master/login/oidc_flow.h"
#include "master/login/provider_call.h"

namespace foyer::master {

struct OidcConfig {
    std::string issuer;  // https://…, without a slash at its end unless the provider says so
    std::string client_id;
    Secret<std::string> client_secret;       // empty: a public client
    std::vector<std::string> redirect_uris;  // besides programs on the person's own machine
    ProviderLimits limits;
};

// Safe from any thread.
class OidcProvider {
public:
    explicit OidcProvider(OidcConfig config) : config_(std::move(config)) {}

    const OidcConfig& config() const { return config_; }
    // Unavailable (rule "oidc_unavailable"): it does not answer, or not as one.
    Result<std::string> authorization_url(const OidcFlow& flow, MonoTime now);
    // Whom `code` stands for. Unauthenticated (rule "oidc_refused"): nobody it vouches for.
    Result<OidcIdentity> identity_of(const OidcFlow& flow, const std::string& code, MonoTime now,
                                     WallTime wall);

private:
    struct Endpoints {
        std::string authorization;
        std::string token;
        std::string keys;
    };
    Result<Endpoints> endpoints(MonoTime now);
    // What is known, or fetched when `anew` and a minute has passed since the last time.
    Result<std::string> key_set(const Endpoints& at, bool anew, MonoTime now);

    const OidcConfig config_;
    std::mutex mutex_;
    Endpoints endpoints_;
    MonoTime endpoints_until_;
    std::string key_set_;
    MonoTime keys_fetched_;
};

}  // namespace foyer::master
