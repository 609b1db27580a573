// What members of a group ask each other when a box restarted: its copies' secrets were only in
// memory (common/docs/leadership.md section 16).
#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "common/base/time.h"
#include "common/model/ids.h"

namespace foyer {

constexpr std::size_t handover_nonce_bytes = 16;
constexpr std::size_t handover_secrets_max = 16;        // of one copy
constexpr std::size_t handover_secret_bytes_max = 512;  // of one secret

// Who asks is told by the signature of the datagram it comes in.
struct SecretQuestion {
    InstanceName group;
    WallTime ordered_at;  // which order of that name; never 0
    std::set<std::string> names;
    std::string nonce;       // random, of this question alone
    std::string public_key;  // of this question alone: the answer is sealed to it
    friend bool operator==(const SecretQuestion&, const SecretQuestion&) = default;
};

// Without `sealed`: the answerer's box restarted too, and it holds none itself.
struct SecretAnswer {
    InstanceName group;
    WallTime ordered_at;
    std::string nonce;       // the question's
    std::string public_key;  // of this answer alone
    std::string sealed;
    friend bool operator==(const SecretAnswer&, const SecretAnswer&) = default;
};

}  // namespace foyer
