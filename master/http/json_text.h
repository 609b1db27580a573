// The small texts inside JSON: strings and times.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace foyer::master {

// Appends `text` as a quoted JSON string. Bytes that are not UTF-8 become U+FFFD, so that the
// output is always JSON.
void append_json_string(std::string& out, std::string_view text);

struct TimeParts {
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;
    friend bool operator==(const TimeParts&, const TimeParts&) = default;
};
// RFC 3339, years 0001 to 9999; any offset is read, UTC is written, with as many digits as needed
// (0, 3, 6 or 9).
std::optional<TimeParts> parse_rfc3339(std::string_view text);
std::string print_rfc3339(const TimeParts& time);

}  // namespace foyer::master
