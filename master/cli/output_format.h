// In what form a command prints its data: for people (table), or for programs.
#pragma once

#include <string_view>

#include "common/base/result.h"
#include "master/cli/json_fields.h"

namespace foyer::cli {

enum class Format { AsTable, AsJson, AsYaml, AsCsv };

// Of what programs read: grows when something is taken away or changes its meaning. Within a
// version fields and columns are only added, columns at the end. The API's own JSON is not ours to
// number: it goes out as it came, and its version is the API's, v1.
inline constexpr int output_version = 1;
inline constexpr std::string_view format_words = "table|json|yaml|csv";

// "json", or "json/1": that version or none. InvalidArgument otherwise.
Result<Format> parse_format(std::string_view text);

// What this program says of itself (not of the API): "output_version" comes first.
OrderedJson own_output(const OrderedJson& facts);

}  // namespace foyer::cli
