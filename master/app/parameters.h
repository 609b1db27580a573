// The parameters of an order, checked against exactly one version of a release, its defaults filled
// in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "master/app/json_schema.h"

namespace foyer::master {

// What no schema can say of a rule of one parameter (of a release.json that its schema accepts):
// its pattern can be used, its default fits it. `path` is the rule's JSON pointer.
std::vector<SchemaProblem> parameter_rule_problems(std::string_view rule_json,
                                                   const std::string& path);

// The parameters as the box will see them: compact JSON with sorted keys. InvalidArgument names
// each wrong field by its JSON pointer
// ("/parameters/country") and says what is allowed.
Result<std::string> complete_parameters(std::string_view schema_json,
                                        std::string_view parameters_json);

}  // namespace foyer::master
