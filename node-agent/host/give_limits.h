// `foyer-node limits`: the agent is asked, or told.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/base/result.h"
#include "node-agent/host/limits_text.h"

namespace foyer::agent {

struct LimitsOrder {
    std::optional<HostLimits> all;  // in place of what was set
    LimitsEdit edit;                // of what was set
};

// The status document, as it is afterwards. `ask`: knock() on the box's door. InvalidArgument: the
// limits make no sense. FailedPrecondition: as the agent refused them, or it is too old.
Result<std::string> give_limits(const LimitsOrder& order,
                                const std::function<Result<std::string>(const std::string&)>& ask);

}  // namespace foyer::agent
