// Codes of an authenticator: TOTP (RFC 6238) with SHA-1, 6 digits, 30 s, as every authenticator has
// it; the code before and the one after count, too. Over liboath. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/random.h"
#include "common/base/time.h"
#include "common/log/secret.h"

namespace foyer::master {

// 160 bits, in base 32 without padding.
Secret<std::string> new_totp_secret(Rng& rng);

// "otpauth://totp/Foyer:acme%20anna?secret=…&issuer=Foyer"
std::string totp_uri(std::string_view account, std::string_view member,
                     const Secret<std::string>& secret);

// Number of the 30 s whose code this is; nothing: it is none of now.
std::optional<std::int64_t> totp_step(const Secret<std::string>& secret, const std::string& code,
                                      WallTime now);

}  // namespace foyer::master
