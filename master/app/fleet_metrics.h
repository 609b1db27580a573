// What an operator watches, counted from the catalogue: boxes and room by ISP, instances by state,
// certificates, orders that wait.
//
// Labels are ISPs, states and resources, never boxes or instances: the number of series is bounded
// by the catalogue of ISPs. Which box it is, `foyer node ls` tells.
#pragma once

#include "common/base/time.h"
#include "master/app/metrics.h"
#include "master/domain/state.h"

namespace foyer::master {

void write_fleet(MetricsText& text, const State& state, WallTime now);

}  // namespace foyer::master
