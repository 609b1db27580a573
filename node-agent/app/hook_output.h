// What the position and health hooks say, in JSON (contract: common/docs/replica-contract.md).
// Bounded and strict: a hook's output is the word of somebody else's software.
#pragma once

#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "node-agent/domain/partition_state.h"

namespace foyer::agent {

struct PositionReport {
    bool leads = false;
    Position position;
    std::vector<FollowerView> followers;
    std::optional<ShownQuorum> quorum;  // absent: the release does not say
    friend bool operator==(const PositionReport&, const PositionReport&) = default;
};

Result<PositionReport> parse_position(std::string_view output);
Result<Health> parse_health(std::string_view output);

}  // namespace foyer::agent
