#include "master/cli/human.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

#include "common/base/rfc3339.h"
#include "common/base/text.h"

namespace foyer::cli {
namespace {

constexpr std::int64_t seconds_max = std::int64_t{3660} * 86400;

std::int64_t seconds_of_unit(char unit) {
    switch (unit) {
        case 's': return 1;
        case 'm': return 60;
        case 'h': return 3600;
        case 'd': return 86400;
        case 'w': return 604800;
        default: return 0;
    }
}

Error not_a_duration(std::string_view text) {
    return error(ErrorCode::InvalidArgument,
                 fmt::format("'{}' is not a duration; write 90s, 10m, 1h30m, 7d or 2w", text));
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
    std::int64_t total = 0;
    std::string_view rest = text;
    if (rest.empty()) return not_a_duration(text);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find_first_not_of("0123456789"), rest.size());
        const auto number = parse_int(rest.substr(0, end));
        if (!number || *number > seconds_max) return not_a_duration(text);
        const bool bare = end == rest.size() && rest.size() == text.size();
        const std::int64_t unit = end < rest.size() ? seconds_of_unit(rest[end]) : (bare ? 1 : 0);
        if (unit == 0) return not_a_duration(text);
        total += *number * unit;
        if (total > seconds_max) {
            return error(ErrorCode::InvalidArgument, fmt::format("'{}' is over ten years", text));
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return Duration(total * 1000);
}

Result<std::int64_t> parse_bytes(std::string_view text) {
    const auto wrong = [&] {
        return error(
            ErrorCode::InvalidArgument,
            fmt::format("'{}' is no amount of bytes; write 20GiB, 512MiB or 1048576", text));
    };
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = parse_int(text.substr(0, end));
    std::string_view unit = text.substr(end);
    while (unit.starts_with(' ')) unit.remove_prefix(1);
    std::int64_t factor = 1;
    for (const std::string_view known : {"B", "KiB", "MiB", "GiB", "TiB", "PiB"}) {
        if (unit == known || unit.empty()) {
            constexpr std::int64_t most = std::int64_t{1} << 60;
            if (!number || *number > most / factor) return wrong();
            return *number * factor;
        }
        factor *= 1024;
    }
    return wrong();
}

std::string human_bytes(std::int64_t bytes) {
    constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double amount = static_cast<double>(bytes);
    std::size_t unit = 0;
    while ((amount >= 1023.95 || amount <= -1023.95) && unit + 1 < units.size()) {
        amount /= 1024;
        ++unit;
    }
    if (unit == 0) return fmt::format("{} B", bytes);
    const double tenths = std::round(amount * 10);
    const bool whole = amount >= 99.95 || std::fmod(tenths, 10) == 0;
    return whole ? fmt::format("{:.0f} {}", amount, units[unit])
                 : fmt::format("{:.1f} {}", amount, units[unit]);
}

std::string human_cores(std::int64_t millicores) {
    if (millicores % 1000 == 0) return fmt::format("{}", millicores / 1000);
    return fmt::format("{:.1f}", static_cast<double>(millicores) / 1000);
}

std::string human_kbit(std::int64_t kbit) {
    if (kbit < 1000) return fmt::format("{} kbit/s", kbit);
    if (kbit % 1000 == 0) return fmt::format("{} Mbit/s", kbit / 1000);
    return fmt::format("{:.1f} Mbit/s", static_cast<double>(kbit) / 1000);
}

std::string human_duration(Duration span) {
    const std::int64_t ms = std::max<std::int64_t>(span.count(), 0);
    if (ms < 9950) return fmt::format("{:.1f} s", static_cast<double>(ms) / 1000);
    const std::int64_t seconds = (ms + 500) / 1000;
    if (seconds < 60) return fmt::format("{} s", seconds);
    if (seconds < 3600) return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
    return fmt::format("{} h {:02} min", seconds / 3600, seconds % 3600 / 60);
}

std::string human_elapsed(Duration span) {
    const std::int64_t seconds = std::max<std::int64_t>(span.count(), 0) / 1000;
    if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
    return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds % 3600 / 60, seconds % 60);
}

std::string human_age(Duration span) {
    const std::int64_t seconds = std::max<std::int64_t>(span.count(), 0) / 1000;
    if (seconds < 120) return fmt::format("{} s", seconds);
    if (seconds < 7200) return fmt::format("{} min", seconds / 60);
    if (seconds < 172800) return fmt::format("{} h", seconds / 3600);
    return fmt::format("{} d", seconds / 86400);
}

Result<std::int64_t> parse_cents(std::string_view text) {
    const std::size_t dot = text.find('.');
    const std::string_view whole = text.substr(0, dot);
    std::string rest(dot == std::string_view::npos ? "" : text.substr(dot + 1));
    const bool digits = !whole.empty() && whole.size() <= 9 && rest.size() <= 2 &&
                        text.find_first_not_of("0123456789.") == std::string_view::npos &&
                        rest.find('.') == std::string::npos &&
                        (dot == std::string_view::npos || !rest.empty());
    if (!digits)
        return error(ErrorCode::InvalidArgument,
                     fmt::format("'{}' is not an amount like 27 or 27.50", text));
    rest.resize(2, '0');
    return *parse_int(whole) * 100 + *parse_int(rest);
}

Result<WallTime> parse_moment(std::string_view text, WallTime now) {
    constexpr std::size_t day_letters = 10;
    const bool is_day = text.size() == day_letters && text[4] == '-';
    const auto time = foyer::parse_rfc3339(std::string(text) + (is_day ? "T00:00:00Z" : ""));
    if (time) return WallTime{time->seconds * 1000 + time->nanos / 1'000'000};
    const auto ago = parse_duration(text);
    if (ago.ok()) return WallTime{now.unix_ms - ago.value().count()};
    return error(
        ErrorCode::InvalidArgument,
        fmt::format("'{}' is no time; write 2026-05-01, 2026-05-01T10:00:00Z, or 7d for a week ago",
                    text));
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
    if (!text.ends_with('Z') || text.find('T') == std::string_view::npos) return std::nullopt;
    const auto time = foyer::parse_rfc3339(text);
    if (!time) return std::nullopt;
    return WallTime{time->seconds * 1000 + time->nanos / 1'000'000};
}

}  // namespace foyer::cli
