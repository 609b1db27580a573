// Reading the API's JSON without trusting it: a missing or strange field is its default.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace foyer::cli {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;  // keys as the API wrote them

// Unavailable: what came back is not JSON (a proxy's page, a cut connection).
Result<Json> parse_json(std::string_view text);
Result<OrderedJson> parse_ordered_json(std::string_view text);

const Json& field(const Json& value, std::string_view key);       // null when absent
std::string text_field(const Json& value, std::string_view key);  // numbers and booleans as text
std::int64_t number_field(const Json& value, std::string_view key);
bool flag_field(const Json& value, std::string_view key);
// An array, empty when absent.
const Json& list_field(const Json& value, std::string_view key);

}  // namespace foyer::cli
