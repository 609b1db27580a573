// JSON's tree as YAML: the same values for every reader, 1.1 or 1.2.
#pragma once

#include <string>

#include "master/cli/json_fields.h"

namespace foyer::cli {

// Block style, ending in '\n'. A text that some reader could take for a number, a date, a boolean
// or a mark of YAML's own stands in double quotes.
std::string to_yaml(const OrderedJson& value);

}  // namespace foyer::cli
