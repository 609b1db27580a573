// The parameters of an order, checked against exactly one version of a release, its defaults filled
// in.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace foyer::master {

// The parameters as the box will see them: compact JSON with sorted keys. InvalidArgument names
// each wrong field by its JSON pointer
// ("/parameters/country") and says what is allowed.
Result<std::string> complete_parameters(std::string_view schema_json,
                                        std::string_view parameters_json);

}  // namespace foyer::master
