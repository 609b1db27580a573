#include "common/base/http_date.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "common/base/text.h"

namespace foyer {
namespace {

constexpr std::array<const char*, 7> weekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::string_view form = "Sun, 01 Mar 2026 12:30:00 GMT";

using Seconds = std::chrono::sys_seconds;

std::optional<int> digits(std::string_view text) {
    const bool all = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    const auto number = all ? parse_int(text) : std::nullopt;
    if (!number) return std::nullopt;
    return static_cast<int>(*number);
}

std::string_view as_view(const char* word) { return word; }

}  // namespace

std::string to_http_date(WallTime time) {
    const auto at = std::chrono::floor<std::chrono::seconds>(
        std::chrono::sys_time<Duration>(Duration(time.unix_ms)));
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(at - day);
    const char* weekday = weekdays.at(std::chrono::weekday(day).c_encoding());
    const char* month = months.at(static_cast<unsigned>(date.month()) - 1);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT", weekday,
                  static_cast<unsigned>(date.day()), month, static_cast<int>(date.year()),
                  static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text.data();
}

std::optional<WallTime> parse_http_date(std::string_view text) {
    if (text.size() != form.size()) return std::nullopt;
    const auto month = std::ranges::find(months, text.substr(8, 3), as_view);
    const auto day = digits(text.substr(5, 2));
    const auto year = digits(text.substr(12, 4));
    const auto hour = digits(text.substr(17, 2));
    const auto minute = digits(text.substr(20, 2));
    const auto second = digits(text.substr(23, 2));
    if (month == months.end() || !day || !year || !hour || !minute || !second) return std::nullopt;
    if (*hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    const std::chrono::year_month_day date(
        std::chrono::year(*year),
        std::chrono::month(static_cast<unsigned>(month - months.begin()) + 1),
        std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok()) return std::nullopt;
    const Seconds at = std::chrono::sys_days(date) + std::chrono::hours(*hour) +
                       std::chrono::minutes(*minute) + std::chrono::seconds(*second);
    const WallTime time{std::chrono::duration_cast<Duration>(at.time_since_epoch()).count()};
    // The marks between the parts, and the day of the week: as this would write it.
    const bool leap = *second == 60;
    if (!leap && to_http_date(time) != text) return std::nullopt;
    return time;
}

}  // namespace foyer
