// JSON text to a protobuf message, strictly: what is not understood is refused with its JSON
// pointer. Pure; safe on hostile input.
//
// Form: field names as in the proto; 64-bit integers as numbers; enums as the value's name without
// its prefix, lower case; times RFC 3339; bytes base64; Struct as plain JSON. null stands for an
// absent field.
#pragma once

#include <cstddef>
#include <string_view>

#include "common/base/result.h"

namespace google::protobuf {
class Message;
class FieldDescriptor;
}  // namespace google::protobuf

namespace foyer::master {

struct JsonLimits {
    std::size_t depth_max = 32;
    std::size_t values_max = 100'000;  // values of the whole document
};

// InvalidArgument with details {"path": "/a/b/0"}: not JSON, doubled key, too deep, unknown field,
// wrong type, out of range. An empty text is an empty object. `message` is filled as far as was
// understood.
Status parse_json(std::string_view text, google::protobuf::Message& message,
                  const JsonLimits& limits = {});

// One scalar field from plain text (a path segment or a query value). InvalidArgument with details
// {"path": …}.
Status set_from_text(google::protobuf::Message& message,
                     const google::protobuf::FieldDescriptor& field, std::string_view text,
                     std::string_view path);

}  // namespace foyer::master
