#include "common/base/rfc3339.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace foyer {
namespace {

constexpr std::int64_t seconds_min = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t seconds_max = 253'402'300'799;  // 9999-12-31T23:59:59Z

// Reads exactly `count` digits.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    if (at + count > text.size()) return std::nullopt;
    int number = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

struct Fraction {
    std::int32_t nanos = 0;
    std::size_t end = 0;
};

std::optional<Fraction> fraction(std::string_view text, std::size_t at) {
    if (at >= text.size() || text[at] != '.') return Fraction{0, at};
    std::size_t end = at + 1;
    std::int32_t nanos = 0;
    std::int32_t scale = 100'000'000;
    for (; end < text.size() && text[end] >= '0' && text[end] <= '9'; ++end) {
        if (scale == 0) return std::nullopt;  // more than nine digits
        nanos += (text[end] - '0') * scale;
        scale /= 10;
    }
    if (end == at + 1) return std::nullopt;
    return Fraction{nanos, end};
}

// Seconds east of UTC of "Z", "+01:00".
std::optional<std::int64_t> offset(std::string_view text) {
    if (text == "Z" || text == "z") return 0;
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
        return std::nullopt;
    const auto hours = digits(text, 1, 2);
    const auto minutes = digits(text, 4, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    const std::int64_t seconds = std::int64_t{*hours} * 3600 + std::int64_t{*minutes} * 60;
    return text[0] == '-' ? -seconds : seconds;
}

}  // namespace

std::optional<TimeParts> parse_rfc3339(std::string_view text) {
    const auto year = digits(text, 0, 4);
    const auto month = digits(text, 5, 2);
    const auto day = digits(text, 8, 2);
    const auto hour = digits(text, 11, 2);
    const auto minute = digits(text, 14, 2);
    const auto second = digits(text, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    const bool marks = text[4] == '-' && text[7] == '-' && (text[10] == 'T' || text[10] == 't') &&
                       text[13] == ':' && text[16] == ':';
    if (!marks || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    const auto part = fraction(text, 19);
    if (!part) return std::nullopt;
    const auto east = offset(text.substr(part->end));
    const std::chrono::year_month_day date(std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day)));
    if (!east || !date.ok()) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    const std::int64_t seconds = days * 86'400 + *hour * 3600 + *minute * 60 + *second - *east;
    if (seconds < seconds_min || seconds > seconds_max) return std::nullopt;
    return TimeParts{seconds, part->nanos};
}

std::string print_rfc3339(const TimeParts& time) {
    const std::int64_t day =
        time.seconds >= 0 ? time.seconds / 86'400 : (time.seconds - 86'399) / 86'400;
    const std::int64_t rest = time.seconds - day * 86'400;
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(rest / 3600),
                  static_cast<int>(rest / 60 % 60), static_cast<int>(rest % 60));
    std::string out = text.data();
    if (time.nanos == 0) return out + "Z";
    if (time.nanos % 1'000'000 == 0) {
        std::snprintf(text.data(), text.size(), ".%03dZ", time.nanos / 1'000'000);
    } else if (time.nanos % 1000 == 0) {
        std::snprintf(text.data(), text.size(), ".%06dZ", time.nanos / 1000);
    } else {
        std::snprintf(text.data(), text.size(), ".%09dZ", time.nanos);
    }
    return out + text.data();
}

}  // namespace foyer
