// What an identity provider says of a person: an ID token (OpenID Connect Core 1.0, sections 2 and
// 3.1.3.7), a JWT signed by a key of the provider's key set (RFC 7515, 7517). Over cjose. Pure.
#pragma once

#include <string>

#include "common/base/result.h"
#include "common/base/time.h"
#include "master/domain/members.h"

namespace foyer::master {

struct IdTokenRules {
    std::string issuer;
    std::string client_id;
    std::string nonce;
    Duration clock_skew{60'000};
};

inline constexpr std::size_t id_token_bytes_max = 16'384;

// Unauthenticated with the rule "oidc_refused" and what is wrong: not a JWT, an algorithm other
// than RS256, PS256 and ES256, no key of the set signed it, of another issuer, for another client,
// over, or an answer to another question. `key_set`: JSON, as the provider serves it.
Result<OidcIdentity> read_id_token(const std::string& token, const std::string& key_set,
                                   const IdTokenRules& rules, WallTime now);

// Whether the token names a key that the set has not: the set is to be fetched again.
bool names_unknown_key(const std::string& token, const std::string& key_set);

}  // namespace foyer::master
