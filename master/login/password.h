// Passwords: kept as argon2id (RFC 9106) in PHC form, over the reference library. Parameters are
// OWASP's (19 MiB, 2 passes, 1 lane): some 25 ms of a core each.
#pragma once

#include <string>
#include <string_view>

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/log/secret.h"
#include "master/domain/limits.h"

namespace foyer::master {

// InvalidArgument under `field`: too short, too long, no text, all alike, or the names themselves.
Status check_password(const Secret<std::string>& password, std::string_view account,
                      std::string_view member, std::string_view field);

// "$argon2id$v=19$…". Takes 19 MiB while it runs. Unavailable: there was no memory.
Result<std::string> hash_password(const Secret<std::string>& password, Rng& rng);

// Whether the hash is of this password. An empty hash is of none, and takes as long to say so.
bool is_password(const Secret<std::string>& password, const std::string& hash);

}  // namespace foyer::master
