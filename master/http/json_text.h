// The strings inside JSON.
#pragma once

#include <string>
#include <string_view>

namespace foyer::master {

// Appends `text` as a quoted JSON string. Bytes that are not UTF-8 become U+FFFD, so that the
// output is always JSON.
void append_json_string(std::string& out, std::string_view text);

}  // namespace foyer::master
