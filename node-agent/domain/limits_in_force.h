// What a host's limits mean at one moment.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "node-agent/domain/host_limits.h"
#include "node-agent/domain/time_zone.h"

namespace foyer::agent {

enum class CapReason { Always, HouseholdActive, QuietHours };
enum class PauseReason { QuietHours, MonthUsed };
std::string_view to_text(CapReason reason);
std::string_view to_text(PauseReason reason);

struct LimitPause {
    PauseReason reason = PauseReason::QuietHours;
    WallTime until;
    friend bool operator==(const LimitPause&, const LimitPause&) = default;
};

struct InForce {
    LineCaps caps;
    CapReason why = CapReason::Always;
    std::optional<LimitPause> pause;  // nothing of a customer runs until then
    friend bool operator==(const InForce&, const InForce&) = default;
};

// `used`: in the month of `now`. A pause is told with its real end: quiet hours that follow one
// another are one, and of a used up month and quiet hours the later end counts.
InForce in_force(const HostLimits& limits, Bytes used, bool household_active, WallTime now,
                 const TimeZone& zone);

}  // namespace foyer::agent
