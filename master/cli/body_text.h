// JSON as the body of a request.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "common/base/result.h"

namespace foyer::cli {

// InvalidArgument: what was typed, or stood in a file, is not UTF-8.
Result<std::string> body_text(const nlohmann::json& value);

}  // namespace foyer::cli
