#include "node-agent/host/until.h"

#include <ctime>

#include "common/base/rfc3339.h"
#include "common/base/text.h"

namespace foyer::agent {
namespace {

constexpr std::int64_t minutes_max = 366LL * 24 * 60;

Error no_time(std::string_view text) {
    return error(ErrorCode::InvalidArgument,
                 "'" + std::string(text) +
                     "' is no time: write 45m, 2h, 3d, 18:30, or 2026-05-01T18:30:00+02:00");
}

std::optional<std::int64_t> minutes_of(char unit) {
    switch (unit) {
        case 'm': return 1;
        case 'h': return 60;
        case 'd': return 24 * 60;
        default: return std::nullopt;
    }
}

std::optional<WallTime> after_span(std::string_view text, WallTime now) {
    if (text.size() < 2) return std::nullopt;
    const auto unit = minutes_of(text.back());
    const auto count = parse_int(text.substr(0, text.size() - 1));
    if (!unit || !count || *count < 1 || *count > minutes_max / *unit) return std::nullopt;
    return now + Duration(*count * *unit * 60'000);
}

std::optional<WallTime> at_clock(std::string_view text, WallTime now, const LocalTime& local) {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    const auto hour = parse_int(text.substr(0, 2));
    const auto minute = parse_int(text.substr(3));
    const bool real = hour && minute && *hour >= 0 && *hour < 24 && *minute >= 0 && *minute < 60;
    if (!real) return std::nullopt;
    for (int day = 0; day < 2; ++day) {
        const WallTime at = local(now, day, static_cast<int>(*hour), static_cast<int>(*minute));
        if (at > now) return at;
    }
    return std::nullopt;
}

}  // namespace

Result<WallTime> parse_until(std::string_view text, WallTime now, const LocalTime& local) {
    if (const auto at = after_span(text, now)) return *at;
    if (const auto at = at_clock(text, now, local)) return *at;
    const auto parts = parse_rfc3339(text);
    if (!parts || parts->seconds < 0) return no_time(text);
    return WallTime{parts->seconds * 1000 + parts->nanos / 1'000'000};
}

WallTime local_time(WallTime now, int days_later, int hour, int minute) {
    const std::time_t seconds = now.unix_ms / 1000;
    std::tm day{};
    ::localtime_r(&seconds, &day);
    day.tm_mday += days_later;
    day.tm_hour = hour;
    day.tm_min = minute;
    day.tm_sec = 0;
    day.tm_isdst = -1;  // the zone knows
    return WallTime{std::int64_t{std::mktime(&day)} * 1000};
}

}  // namespace foyer::agent
