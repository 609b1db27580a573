// What the host wants of this box and refuses there, for the disk and for the local socket.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "common/model/host_wish.h"
#include "common/model/refusals.h"

namespace foyer::agent {

nlohmann::json to_json(const HostOrder& host);
std::optional<HostOrder> host_from_json(const nlohmann::json& body);

// {"countries": ["RU"], "kinds": ["mail"], "now": false}
nlohmann::json to_json(const HostRefusals& refuses);
// Nothing: it has no such form. Whether it makes sense, check() says.
std::optional<HostRefusals> refusals_from_json(const nlohmann::json& body);

}  // namespace foyer::agent
