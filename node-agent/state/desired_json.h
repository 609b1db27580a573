// DesiredNode as the journal keeps it: everything but the secrets, whose names alone are written.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>

#include "node-agent/domain/apply_delta.h"

namespace foyer::agent {

nlohmann::json to_json(const DesiredNode& desired, const Removals& removed,
                       const std::string& agent_version);

struct ReadDesired {
    DesiredNode desired;  // without secrets
    Removals removed;
    std::string agent_version;  // of the agent that wrote it; empty: of before this was noted
    std::map<PartitionId, std::set<std::string>> secret_names;  // what each assignment had
};
// Nothing: not a journal of ours.
std::optional<ReadDesired> desired_from_json(const nlohmann::json& body);

}  // namespace foyer::agent
