// Upgrades of the agent between the model and the wire. What comes is checked.
#pragma once

#include "common/base/result.h"
#include "common/model/agent_package.h"
#include "foyer/agent/v1/upgrade.pb.h"

namespace foyer::wire {

void to_wire(const UpgradeOrder& from, agent::v1::UpgradeOrder& to);
void to_wire(const UpgradeReport& from, agent::v1::UpgradeReport& to);

Result<UpgradeOrder> from_wire(const agent::v1::UpgradeOrder& from);
Result<UpgradeReport> from_wire(const agent::v1::UpgradeReport& from);

}  // namespace foyer::wire
