// JSON in a file that knows whether it is whole.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "common/base/result.h"

namespace foyer::agent {

Status write_checked(const std::string& path, const nlohmann::json& body);
// NotFound: no such file. InvalidArgument: damaged.
Result<nlohmann::json> read_checked(const std::string& path);

}  // namespace foyer::agent
