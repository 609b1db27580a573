// The household's calendar, given from outside: what its clocks show, summer time and all.
#pragma once

#include <compare>
#include <functional>

#include "common/base/time.h"

namespace foyer::agent {

struct LocalDay {
    int year = 1970;
    int month = 1;  // 1 to 12
    int day = 1;    // of the month
    friend bool operator==(const LocalDay&, const LocalDay&) = default;
};

struct LocalMonth {
    int year = 1970;
    int month = 1;
    friend auto operator<=>(const LocalMonth&, const LocalMonth&) = default;
};

struct TimeZone {
    std::function<LocalDay(WallTime)> day_of;
    // When the clocks of that day show so many minutes after midnight. A month 13 or a day 0, -1 or
    // 32 is the one that follows, or precedes. A time that summer time skips is one beside it; of
    // one that comes twice, either.
    std::function<WallTime(LocalDay, int minute)> moment;
};

LocalMonth month_of(WallTime now, const TimeZone& zone);
// When the next one begins.
WallTime month_end(WallTime now, const TimeZone& zone);

}  // namespace foyer::agent
