// Numbers as people write and read them: durations, bytes, ages, times.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/base/time.h"

namespace foyer::cli {

// "90", "90s", "10m", "1h30m", "7d", "2w": whole numbers, a bare number is seconds. InvalidArgument
// otherwise, and over ten years.
Result<Duration> parse_duration(std::string_view text);

std::string human_bytes(std::int64_t bytes);       // "512 B", "1.5 MiB", "20 GiB"
std::string human_cores(std::int64_t millicores);  // "0.5", "4"
std::string human_kbit(std::int64_t kbit);         // a second: "500 kbit/s", "2.5 Mbit/s"
std::string human_duration(Duration span);         // "0.4 s", "12 s", "3 min 05 s", "2 h 10 min"
std::string human_elapsed(Duration span);          // "0:12", "1:02:03"; below zero is zero
std::string human_age(Duration span);              // "12 s", "5 min", "3 h", "9 d"

// "512", "512 B", "20GiB": whole numbers, as human_bytes() writes them. InvalidArgument otherwise.
Result<std::int64_t> parse_bytes(std::string_view text);

// "27", "27.5", "27.00" in cents. InvalidArgument otherwise.
Result<std::int64_t> parse_cents(std::string_view text);

// "2026-05-01" (its first moment in UTC), "2026-05-01T10:00:00Z", or so long before `now`: "7d".
// InvalidArgument otherwise.
Result<WallTime> parse_moment(std::string_view text, WallTime now);

// RFC 3339 in UTC ("…Z"), as the API writes it. Nothing: not such a time.
std::optional<WallTime> parse_rfc3339(std::string_view text);

}  // namespace foyer::cli
