// Calls that prove who makes them: the signature of Standard Webhooks (standardwebhooks.com),
// HMAC-SHA256 over "id.timestamp.body" with a secret that both sides hold.
#pragma once

#include <string>
#include <string_view>

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/base/time.h"

namespace foyer::tls {

// The three headers of a call.
struct WebhookHeaders {
    std::string id;         // webhook-id: the same at each repetition
    std::string timestamp;  // webhook-timestamp: seconds since 1970, of this repetition
    std::string signature;  // webhook-signature: "v1,<base64>", several separated by spaces
};

// A call that is older, or that much in the future, is refused: somebody repeats it.
inline constexpr Duration webhook_age_max{300'000};

std::string new_webhook_secret(Rng& rng);  // "whsec_" and base64 of 32 bytes

// InvalidArgument: the secret is none.
Result<WebhookHeaders> sign_webhook(std::string_view secret, std::string id, WallTime now,
                                    std::string_view body);

// InvalidArgument: the secret or a header cannot be read. FailedPrecondition, rule "replayed": the
// time is too far from ours. PermissionDenied, rule "signature": somebody else made it.
Status verify_webhook(std::string_view secret, const WebhookHeaders& headers, std::string_view body,
                      WallTime now);

}  // namespace foyer::tls
