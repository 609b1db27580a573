// The agent's status as a JSON document and as a page for people.
#pragma once

#include <string>

#include "common/base/result.h"
#include "node-agent/app/agent.h"
#include "node-agent/app/limits_keeper.h"
#include "node-agent/care/care_keeper.h"
#include "node-agent/link/sync_loop.h"

namespace foyer::agent {

std::string status_json(const NodeId& node, const std::string& version,
                        const Agent::Overview& overview, const LinkState& link,
                        const care::CareState& care = {}, const LimitsState& limits = {},
                        const UpgradeReport& upgrade = {});
// InvalidArgument: not such a document.
Result<std::string> status_page(const std::string& json);
// Of such a document: whether this box takes upgrades, and how the last one went.
// FailedPrecondition: an older agent's.
Result<std::string> upgrades_page(const std::string& json);

}  // namespace foyer::agent
