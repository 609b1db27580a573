// A protobuf message as JSON text, in the form json_parse.h reads. Fields in the order of the
// proto; every field is there except absent `optional` and message fields.
#pragma once

#include <string>

namespace google::protobuf {
class Message;
class EnumValueDescriptor;
}  // namespace google::protobuf

namespace foyer::master {

std::string print_json(const google::protobuf::Message& message);

// "HOST_CLASS_HOUSE" of HostClass is "house".
std::string short_enum_name(const google::protobuf::EnumValueDescriptor& value);

}  // namespace foyer::master
