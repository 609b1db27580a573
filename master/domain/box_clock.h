// How the clock of a box stands with the master, as its row keeps it.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "common/base/time.h"

namespace foyer::master {

// Whether the clock of a box is trusted with a lead (drawn in clock_trust.h).
enum class ClockStanding { Right, Doubted, Held, Barred };
inline constexpr std::array all_clock_standings{ClockStanding::Right, ClockStanding::Doubted,
                                                ClockStanding::Held, ClockStanding::Barred};
// What is wrong with it: the time it shows, or how fast it runs.
enum class ClockFault { None, Time, Rate };
inline constexpr std::array all_clock_faults{ClockFault::None, ClockFault::Time, ClockFault::Rate};

struct BoxClock {
    ClockStanding standing = ClockStanding::Right;
    ClockFault fault = ClockFault::None;
    // Doubted, Held: wrong since then. Barred: right again since then; absent: it is wrong still.
    std::optional<WallTime> since;
    friend bool operator==(const BoxClock&, const BoxClock&) = default;
};

std::string_view to_text(ClockStanding standing);
std::string_view to_text(ClockFault fault);
std::optional<ClockStanding> clock_standing_from(std::string_view text);
std::optional<ClockFault> clock_fault_from(std::string_view text);

}  // namespace foyer::master
