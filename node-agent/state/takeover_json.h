// The moments of takeovers that this box saw, for the disk.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "node-agent/app/takeover_log.h"

namespace foyer::agent {

nlohmann::json to_json(const KeptTakeovers& kept);
std::optional<KeptTakeovers> takeovers_from_json(const nlohmann::json& body);

}  // namespace foyer::agent
