// Time zones by arithmetic, and moments by name.
#pragma once

#include <chrono>

#include "node-agent/domain/time_zone.h"

namespace foyer::test {

constexpr std::int64_t minute_ms = 60'000;

// A zone that is so many minutes ahead of UTC, and from a moment on another number of them.
inline agent::TimeZone ahead(std::int64_t minutes, WallTime from = {INT64_MAX},
                             std::int64_t then = 0) {
    const auto offset = [=](WallTime at) { return (at < from ? minutes : then) * minute_ms; };
    return {
        [=](WallTime now) {
            const std::chrono::milliseconds local(now.unix_ms + offset(now));
            const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(
                std::chrono::sys_time<std::chrono::milliseconds>(local)));
            return agent::LocalDay{int(day.year()), int(unsigned(day.month())),
                                   int(unsigned(day.day()))};
        },
        [=](agent::LocalDay day, int minute) {
            const std::chrono::year_month first =
                std::chrono::year(day.year) / std::chrono::month(1) +
                std::chrono::months(day.month - 1);
            const auto days_on = std::chrono::sys_days(first / 1) + std::chrono::days(day.day - 1);
            const std::int64_t local =
                std::chrono::duration_cast<std::chrono::milliseconds>(days_on.time_since_epoch())
                    .count() +
                minute * minute_ms;
            const WallTime early{local - minutes * minute_ms};
            return early < from ? early : WallTime{local - then * minute_ms};
        }};
}

inline WallTime utc(int y, unsigned m, unsigned d, int hour, int minute) {
    const auto at =
        std::chrono::sys_days(std::chrono::year(y) / std::chrono::month(m) / std::chrono::day(d)) +
        std::chrono::hours(hour) + std::chrono::minutes(minute);
    return {std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count()};
}

}  // namespace foyer::test
