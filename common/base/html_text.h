// Text inside of HTML. Pure.
#pragma once

#include <string>
#include <string_view>

namespace foyer {

// For text and for attributes in double quotes.
std::string html(std::string_view text);

}  // namespace foyer
