// The moments of takeovers in a SyncRequest <-> common/model; strict as agent_convert.h.
#pragma once

#include "common/base/result.h"
#include "common/model/takeover.h"

namespace foyer::agent::v1 {
class Leadership;
class Routing;
}  // namespace foyer::agent::v1

namespace foyer::wire {

void to_wire(const LeadershipReport& from, agent::v1::Leadership& to);
Result<LeadershipReport> from_wire(const agent::v1::Leadership& from);

void to_wire(const RoutingReport& from, agent::v1::Routing& to);
Result<RoutingReport> from_wire(const agent::v1::Routing& from);

}  // namespace foyer::wire
