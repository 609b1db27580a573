// A login at the identity provider between its two halves: what only we may know is sealed into a
// text that the person's program keeps, so that the master remembers nothing of it. Authorization
// code flow with PKCE (RFC 6749, 7636; OpenID Connect Core 3.1). Pure.
#pragma once

#include <string>
#include <vector>

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "master/app/secret_seal.h"

namespace foyer::master {

inline constexpr Duration oidc_flow_valid{600'000};

struct OidcFlow {
    std::string redirect_uri;
    std::string state;
    std::string nonce;
    std::string verifier;
    WallTime until;
};

OidcFlow new_oidc_flow(std::string redirect_uri, Rng& rng, WallTime now);

std::string sealed_flow(const OidcFlow& flow, const SecretSeal& seal);
// Unauthenticated (rule "oidc_flow"): it is none of ours, is over, or `state` is of another one.
Result<OidcFlow> opened_flow(const std::string& text, const std::string& state,
                             const SecretSeal& seal, WallTime now);

// The page of the provider to send the person to.
std::string authorization_url(const std::string& endpoint, const std::string& client_id,
                              const OidcFlow& flow);

// One that the operator allows, or a program that listens on this person's own machine
// ("http://127.0.0.1:PORT/…", RFC 8252). InvalidArgument under "redirect_uri".
Status check_redirect(const std::string& uri, const std::vector<std::string>& allowed);

}  // namespace foyer::master
