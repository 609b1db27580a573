// What the host wants of this box, for the disk.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "common/model/host_wish.h"

namespace foyer::agent {

nlohmann::json to_json(const HostOrder& host);
std::optional<HostOrder> host_from_json(const nlohmann::json& body);

}  // namespace foyer::agent
