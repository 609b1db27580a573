// Limits in the status document, on its page, and on the page of `foyer-node limits`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "common/base/result.h"
#include "node-agent/app/limits_keeper.h"

namespace foyer::agent {

nlohmann::json limits_json(const LimitsState& state);

// What was set, of a status document. FailedPrecondition: of an agent that knows no limits.
Result<HostLimits> limits_in(const std::string& status);

// Lines of the status page: what is in force and why. Nothing where nothing is.
std::string limits_lines(const nlohmann::json& status);
// Everything, for who looks at his limits. As limits_in().
Result<std::string> limits_page(const std::string& status);

}  // namespace foyer::agent
