// Patterns that publishers write and customers' texts are held against: time and memory grow with
// the text alone, whatever the pattern (RE2). Pure.
#pragma once

#include <string_view>

#include "common/base/result.h"

namespace foyer::master {

// InvalidArgument: why it cannot be used. RE2 knows neither look-ahead nor back references.
Status check_pattern(std::string_view pattern);

// Found anywhere in the text, as JSON Schema has it; a pattern that cannot be used matches nothing.
bool matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace foyer::master
