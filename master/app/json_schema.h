// JSON Schema (draft-07) over JSON texts. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace foyer::master {

struct SchemaProblem {
    std::string path;  // JSON pointer
    std::string what;
    friend bool operator==(const SchemaProblem&, const SchemaProblem&) = default;
};

// What is wrong with the document, at most 20 problems; none: it is valid. InvalidArgument: one of
// the two texts is not JSON or nested deeper than 64, or the schema is no schema.
// A schema's own patterns are matched by recursion: only for schemas of ours, whose patterns are
// bounded (pattern.h is for those of others).
Result<std::vector<SchemaProblem>> check_schema(std::string_view schema, std::string_view document);

// InvalidArgument whose details are {"path", pointer} and {"problem", what} of each problem in
// turn.
Error schema_error(std::string_view subject, const std::vector<SchemaProblem>& problems);

}  // namespace foyer::master
