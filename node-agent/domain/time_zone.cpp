#include "node-agent/domain/time_zone.h"

namespace foyer::agent {

LocalMonth month_of(WallTime now, const TimeZone& zone) {
    const LocalDay today = zone.day_of(now);
    return {today.year, today.month};
}

WallTime month_end(WallTime now, const TimeZone& zone) {
    const LocalDay today = zone.day_of(now);
    return zone.moment({today.year, today.month + 1, 1}, 0);
}

}  // namespace foyer::agent
