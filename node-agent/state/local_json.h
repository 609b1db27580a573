// LocalState as the journal keeps it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "node-agent/domain/partition_state.h"

namespace foyer::agent {

nlohmann::json to_json(const LocalState& local);
std::optional<LocalState> local_from_json(const nlohmann::json& body);

}  // namespace foyer::agent
