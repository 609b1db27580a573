// Sentences with places for what is filled in: "The line of {name} is down~: {detail}". Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace foyer {

// Names of places, without braces, and what stands there instead.
using Fills = std::vector<std::pair<std::string_view, std::string>>;

// Places are looked for once, from left to right: what is put in is not looked at again. "~" is a
// space that does not break; a place without a filling stays as it is.
std::string filled(std::string_view text, const Fills& fills);

}  // namespace foyer
