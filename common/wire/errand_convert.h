// Errands and how they end: foyer.agent.v1 <-> common/model/errand.h. As strict as
// agent_convert.h; writing cuts what is longer than the limits say.
#pragma once

#include "common/base/result.h"
#include "common/model/errand.h"

namespace foyer::agent::v1 {
class Errand;
class FinishErrandRequest;
}  // namespace foyer::agent::v1

namespace foyer::wire {

void to_wire(const Errand& from, agent::v1::Errand& to);
// InvalidArgument too for something that only a newer master knows.
Result<Errand> from_wire(const agent::v1::Errand& from);

struct FinishedErrand {
    ErrandId id;
    Result<ErrandOutcome> outcome;  // Unavailable: the box did not do it, and says why
};
void to_wire(const FinishedErrand& from, agent::v1::FinishErrandRequest& to);
Result<FinishedErrand> from_wire(const agent::v1::FinishErrandRequest& from);

}  // namespace foyer::wire
