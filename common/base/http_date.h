// The date of HTTP (RFC 9110): "Sun, 01 Mar 2026 12:30:00 GMT", whole seconds.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/time.h"

namespace foyer {

std::string to_http_date(WallTime time);

// Nothing: not in that form (the older two forms are not read), or no such day.
std::optional<WallTime> parse_http_date(std::string_view text);

}  // namespace foyer
