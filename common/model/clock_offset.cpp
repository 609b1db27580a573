#include "common/model/clock_offset.h"

#include <algorithm>

namespace foyer {
namespace {

constexpr Duration shown_max = std::chrono::hours(24 * 365 * 100);

// Two digits at least of the largest unit that allows it: nobody needs the seconds of a day.
std::string span_text(std::int64_t seconds) {
    constexpr std::int64_t minute = 60, hour = 3600, day = 86'400;
    if (seconds >= 3 * day) return std::to_string(seconds / day) + " days";
    if (seconds >= 3 * hour) return std::to_string((seconds + hour / 2) / hour) + " h";
    if (seconds >= 3 * minute) return std::to_string((seconds + minute / 2) / minute) + " min";
    return std::to_string(seconds) + " s";
}

}  // namespace

bool is_clock_wrong(Duration offset) {
    return offset > clock_offset_max || offset < -clock_offset_max;
}

std::string clock_offset_text(Duration offset) {
    const bool ahead = offset > Duration(0);
    // Whatever was reported is shown: more than a century is a century.
    const Duration shown = std::clamp(offset, -shown_max, shown_max);
    const Duration size = ahead ? shown : -shown;
    return span_text((size.count() + 500) / 1000) + (ahead ? " ahead of" : " behind") +
           " the master's";
}

std::string clock_problem(Duration offset) {
    if (!is_clock_wrong(offset)) return {};
    return "the clock of this box is wrong: " + clock_offset_text(offset) +
           "; set it, for example with `timedatectl set-ntp true`";
}

}  // namespace foyer
