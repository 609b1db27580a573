// Files only their owner may read: keys and tokens.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace foyer::tls {

// The whole file (at most 1 MiB). NotFound; FailedPrecondition: group or others may read it, with
// the chmod that mends it.
Result<std::string> read_private_file(const std::string& path);
// Any small file, whoever may read it (certificates). NotFound, ResourceExhausted over 1 MiB.
Result<std::string> read_small_file(const std::string& path);

// A new file, mode 0600, fsynced with its folder; never seen half-written. AlreadyExists: left
// untouched.
Status create_private_file(const std::string& path, std::string_view content);

}  // namespace foyer::tls
