// The parameters of an order: what was typed, under the release's schema.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "master/cli/json_fields.h"

namespace foyer::cli {

// `from_file` (an object or null) with each "key=value" of `typed` over it, turned into the type
// the schema gives the key. InvalidArgument: a key the schema does not know ("did you mean"), a
// value that is not of its type or none of its enum, a key typed twice. The master checks
// everything again; this only spares the round trip.
Result<Json> order_parameters(const Json& schema, const Json& from_file,
                              const std::vector<std::string>& typed);

}  // namespace foyer::cli
