// Messages as JSON Schema, in the form json_parse.h reads and json_print.h writes. Included only by
// .cpp files (the JSON library is heavy).
#pragma once

#include <google/protobuf/descriptor.h>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "master/http/field_rules.h"

namespace foyer::master {

using Tree = nlohmann::ordered_json;

// A request says what it wants and is refused when it says anything else; an answer says
// everything, and may say more one day.
enum class Direction { Request, Answer };

// In JSON a text.
bool is_time(const google::protobuf::Descriptor& message);

class SchemaMaker {
public:
    // `in_path`: "InstanceActionRequest.name", fields that an address gives.
    SchemaMaker(const ToldLimits& told, std::set<std::string> in_path)
        : told_(told), in_path_(std::move(in_path)) {}

    // {"$ref": …}; the message and all it holds are kept for components().
    Tree reference(const google::protobuf::Descriptor& message, Direction direction);
    // A field of a request as an address or a header gives it: its type and its rule.
    Tree parameter(const google::protobuf::FieldDescriptor& field);
    // No request is good without it.
    bool is_needed(const google::protobuf::FieldDescriptor& field) const {
        return rule(field).required;
    }
    // Of a message that reference() was asked for.
    const Tree& made(const std::string& name) const { return made_.at(name); }
    // All of them, by name.
    Tree components() const;

private:
    Tree field(const google::protobuf::FieldDescriptor& field, Direction direction);
    Tree message(const google::protobuf::Descriptor& message, Direction direction);
    Tree enumeration(const google::protobuf::EnumDescriptor& type);
    Tree single(const google::protobuf::FieldDescriptor& field, Direction direction);
    void apply_rule(const google::protobuf::FieldDescriptor& field, Tree& schema) const;
    FieldRule rule(const google::protobuf::FieldDescriptor& field) const;

    const ToldLimits& told_;
    std::set<std::string> in_path_;
    std::map<std::string, Tree> made_;
};

}  // namespace foyer::master
