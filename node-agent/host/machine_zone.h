// The calendar and the clocks of the household: those of the machine's own time zone.
#pragma once

#include <string>

#include "node-agent/domain/time_zone.h"

namespace foyer::agent {

TimeZone machine_zone();

// "2026-12-01 06:30", as the household's clocks show it.
std::string local_text(WallTime time);

}  // namespace foyer::agent
