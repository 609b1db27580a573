// How patient the master is with clocks. From the configuration ([groups] of master.toml);
// clock_trust.h says what follows.
#pragma once

#include "common/base/time.h"

namespace foyer::master {

struct ClockSettings {
    // Wrong for so long, at two sightings at least: one may only have been late on its way.
    Duration wrong_after{2 * 60'000};
    // Trusted again after it was right for so long.
    Duration right_after{15 * 60'000};
    friend bool operator==(const ClockSettings&, const ClockSettings&) = default;
};

// As members judge each other (common/leadership/timing.h).
inline constexpr std::int64_t clock_rate_ppm_max = 500;

}  // namespace foyer::master
