#include "node-agent/domain/limits_in_force.h"

#include <algorithm>

#include "common/base/check.h"

namespace foyer::agent {
namespace {

// The end of these hours, where `now` is in them. They began today or yesterday.
std::optional<WallTime> end_of(const QuietHours& hours, WallTime now, const TimeZone& zone) {
    const LocalDay today = zone.day_of(now);
    const int over_midnight = hours.until_minute < hours.from_minute ? 1 : 0;
    for (const int back : {1, 0}) {
        const auto moment = [&](int days, int minute) {
            return zone.moment({today.year, today.month, today.day + days}, minute);
        };
        const WallTime from = moment(-back, hours.from_minute);
        const WallTime until = moment(over_midnight - back, hours.until_minute);
        if (from <= now && now < until) return until;
    }
    return std::nullopt;
}

std::optional<WallTime> quiet_until(const HostLimits& limits, QuietAct act, WallTime now,
                                    const TimeZone& zone) {
    std::optional<WallTime> found;
    for (const QuietHours& hours : limits.quiet) {
        if (hours.act != act) continue;
        const auto until = end_of(hours, now, zone);
        if (until) found = std::max(found.value_or(*until), *until);
    }
    return found;
}

}  // namespace

std::string_view to_text(CapReason reason) {
    switch (reason) {
        case CapReason::Always: return "always";
        case CapReason::HouseholdActive: return "household-active";
        case CapReason::QuietHours: return "quiet-hours";
    }
    CHECK(false);
}

std::string_view to_text(PauseReason reason) {
    switch (reason) {
        case PauseReason::QuietHours: return "quiet-hours";
        case PauseReason::MonthUsed: return "month-used";
    }
    CHECK(false);
}

InForce in_force(const HostLimits& limits, Bytes used, bool household_active, WallTime now,
                 const TimeZone& zone) {
    InForce force{.caps = limits.caps, .why = CapReason::Always, .pause = {}};
    const bool quiet = quiet_until(limits, QuietAct::LowerCaps, now, zone).has_value();
    if (limits.active_caps.any() && (quiet || household_active)) {
        force.caps = lower_caps(limits);
        force.why = quiet ? CapReason::QuietHours : CapReason::HouseholdActive;
    }
    if (limits.month && used >= *limits.month) {
        force.pause = LimitPause{PauseReason::MonthUsed, month_end(now, zone)};
    }
    // Each round passes the end of some of the hours: a whole day of them comes round again.
    WallTime at = force.pause ? force.pause->until : now;
    for (std::size_t i = 0; i < limits.quiet.size(); ++i) {
        const auto until = quiet_until(limits, QuietAct::Pause, at, zone);
        if (!until) break;
        if (!force.pause) force.pause = LimitPause{PauseReason::QuietHours, *until};
        force.pause->until = at = *until;
    }
    return force;
}

}  // namespace foyer::agent
