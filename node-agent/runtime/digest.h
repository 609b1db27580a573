// SHA-256 of files: how content-addressed things are known to be what they claim.
#pragma once

#include <stop_token>
#include <string>

#include "common/base/result.h"
#include "common/model/ids.h"

namespace foyer::agent {

// The 64 hexadecimal digits of "sha256:<hex>"; InvalidArgument for anything else (it becomes a file
// name).
Result<std::string> hex_of(const Digest& digest);
Result<std::string> sha256_of_file(const std::string& path, std::stop_token stop = {});
std::string sha256_of_text(std::string_view text);

}  // namespace foyer::agent
