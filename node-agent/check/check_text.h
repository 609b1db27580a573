// Findings as people and programs read them.
#pragma once

#include <string>
#include <vector>

#include "node-agent/check/judge.h"

namespace foyer::agent {

std::string check_page(const std::vector<Finding>& findings);
// {"can_be_a_box": true, "findings": [{"subject", "value", "verdict", "reason"}]}
std::string check_json(const std::vector<Finding>& findings);

}  // namespace foyer::agent
