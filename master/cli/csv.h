// Lists as CSV (RFC 4180), and the columns each list has.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "master/cli/json_fields.h"

namespace foyer::cli {

// The columns of a list by the field that holds its rows ("nodes"); none: it has no CSV. They are a
// promise: within an output version columns are only added, and at the end.
std::span<const std::string_view> csv_columns(std::string_view rows);

// A header, then a line a row, each ending in CR LF. Lists and objects stand as JSON, what is
// absent or null is empty.
std::string to_csv(const OrderedJson& rows, std::span<const std::string_view> columns);

}  // namespace foyer::cli
