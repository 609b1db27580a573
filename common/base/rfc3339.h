// Times as text, to the nanosecond: RFC 3339. What we write ourselves in milliseconds is
// to_rfc3339() (text.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace foyer {

struct TimeParts {
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;
    friend bool operator==(const TimeParts&, const TimeParts&) = default;
};
// RFC 3339, years 0001 to 9999; any offset is read, UTC is written, with as many digits as needed
// (0, 3, 6 or 9).
std::optional<TimeParts> parse_rfc3339(std::string_view text);
std::string print_rfc3339(const TimeParts& time);

}  // namespace foyer
