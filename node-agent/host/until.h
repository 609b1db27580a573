// How a host says until when: "2h", "45m", "3d"; "18:30", today or else tomorrow; or a date and
// time as in RFC 3339. Pure: `local_day` tells when the local day of a moment began.
#pragma once

#include <functional>
#include <string_view>

#include "common/base/result.h"
#include "common/base/time.h"

namespace foyer::agent {

// The moment at which the local clock shows hour and minute on the day of `now`, or so many days
// later.
using LocalTime = std::function<WallTime(WallTime now, int days_later, int hour, int minute)>;

// InvalidArgument: it is none of these.
Result<WallTime> parse_until(std::string_view text, WallTime now, const LocalTime& local);

// By the machine's time zone.
WallTime local_time(WallTime now, int days_later, int hour, int minute);

}  // namespace foyer::agent
