// What toml++ 3.3 must not be given: a letter beyond ASCII where it looks for white space, in a key
// or a value outside quotes, ends in undefined behaviour there. TOML 1.0 has no use for one.
#pragma once

#include <optional>
#include <string_view>

namespace foyer {

inline constexpr std::string_view odd_letter_problem =
    "only texts in quotes and comments may hold letters beyond ASCII";

// The line (from 1) of the first such letter; texts in quotes and comments may hold any.
std::optional<int> line_of_odd_letter(std::string_view toml);

}  // namespace foyer
