// What people wrote, in one line of ours. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace foyer {

// Control characters, also those that turn around the direction of writing, become spaces; cut
// between two letters to at most `bytes_max`.
std::string one_line(std::string_view text, std::size_t bytes_max);

}  // namespace foyer
