// Is a box's clock right? Judged by its master's, and said in words that both sides use.
//
// Nothing of Foyer's own depends on wall clocks, but certificates and tenants' software do: an
// invoice of a box with a wrong clock bears a wrong date.
#pragma once

#include <string>

#include "common/base/time.h"

namespace foyer {

// Synchronised clocks differ by less than a second; more than this is no accident.
inline constexpr Duration clock_offset_max{60'000};

// `offset`: the box's clock minus the master's.
bool is_clock_wrong(Duration offset);

// "24 h ahead of the master's", "95 s behind the master's".
std::string clock_offset_text(Duration offset);

// For people at the box: how wrong, and what to do. Empty: the clock is right.
std::string clock_problem(Duration offset);

}  // namespace foyer
