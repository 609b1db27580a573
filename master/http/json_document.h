// JSON text to a tree, with limits and without doubled keys. Included only by .cpp files (the
// library is heavy).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "master/http/json_parse.h"

namespace foyer::master {

// InvalidArgument with details {"path": …}: not JSON (with the place), a doubled key, deeper or
// larger than the limits.
Result<nlohmann::json> parse_document(std::string_view text, const JsonLimits& limits);

// A key as a part of a JSON pointer (RFC 6901), cut when absurdly long.
std::string escape_pointer(std::string_view key);

}  // namespace foyer::master
