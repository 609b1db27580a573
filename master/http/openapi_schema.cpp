#include "master/http/openapi_schema.h"

#include "common/base/check.h"
#include "master/http/api_protos.h"
#include "master/http/json_print.h"

namespace foyer::master {
namespace {

namespace pb = google::protobuf;
using Type = pb::FieldDescriptor::Type;

Tree ref_to(const std::string& name) { return {{"$ref", "#/components/schemas/" + name}}; }

bool is_struct(const pb::Descriptor& message) {
    return message.full_name() == "google.protobuf.Struct";
}

bool is_rpc_request(const pb::Descriptor& message) { return message.name().ends_with("Request"); }

// A value that stands for an absent field is not one to send, nor one to expect.
bool is_told(const pb::EnumValueDescriptor& value) {
    const std::string comment = comment_of(value);
    return value.number() != 0 ||
           !(comment.starts_with("Never answered") || comment.starts_with("In a request:"));
}

bool is_text(const pb::FieldDescriptor& field) {
    return field.type() == Type::TYPE_STRING || field.type() == Type::TYPE_BYTES;
}

}  // namespace

bool is_time(const pb::Descriptor& message) {
    return message.full_name() == "google.protobuf.Timestamp";
}

Tree SchemaMaker::reference(const pb::Descriptor& described, Direction direction) {
    if (is_time(described)) return {{"type", "string"}, {"format", "date-time"}};
    if (is_struct(described)) return {{"type", "object"}};
    // Its own name for each direction: what both may say differs.
    const bool input = direction == Direction::Request && !is_rpc_request(described);
    const std::string name = described.name() + (input ? "Input" : "");
    if (made_.emplace(name, Tree()).second) made_[name] = message(described, direction);
    return ref_to(name);
}

Tree SchemaMaker::message(const pb::Descriptor& described, Direction direction) {
    Tree schema = {{"type", "object"}, {"description", comment_of(described)}};
    Tree properties = Tree::object();
    Tree required = Tree::array();
    for (int i = 0; i < described.field_count(); ++i) {
        const pb::FieldDescriptor& one = *described.field(i);
        CHECK(!one.is_map());  // has no form in JSON yet
        Tree told = field(one, direction);
        std::string comment = comment_of(one);
        const bool in_path = in_path_.contains(described.name() + "." + one.name());
        if (direction == Direction::Request) {
            apply_rule(one, told);
            if (one.name() == "request_id") comment = "The same as the header Idempotency-Key.";
            if (in_path) comment += " The address says it already: leave it out.";
        }
        told["description"] = comment;
        const bool needed =
            direction == Direction::Request ? rule(one).required && !in_path : !one.has_presence();
        if (needed) required.push_back(one.name());
        properties[one.name()] = std::move(told);
    }
    schema["properties"] = std::move(properties);
    if (!required.empty()) schema["required"] = std::move(required);
    if (direction == Direction::Request) {
        schema["additionalProperties"] = false;
        const std::string_view example = body_example(described.name());
        if (!example.empty()) schema["examples"] = Tree::array({Tree::parse(example)});
    }
    return schema;
}

Tree SchemaMaker::parameter(const pb::FieldDescriptor& one) {
    Tree schema = field(one, Direction::Request);
    apply_rule(one, schema);
    return schema;
}

Tree SchemaMaker::field(const pb::FieldDescriptor& one, Direction direction) {
    if (!one.is_repeated()) return single(one, direction);
    return {{"type", "array"}, {"items", single(one, direction)}};
}

Tree SchemaMaker::single(const pb::FieldDescriptor& one, Direction direction) {
    switch (one.type()) {
        case Type::TYPE_INT32: return {{"type", "integer"}, {"format", "int32"}};
        case Type::TYPE_INT64: return {{"type", "integer"}, {"format", "int64"}};
        case Type::TYPE_UINT32: return {{"type", "integer"}, {"format", "uint32"}, {"minimum", 0}};
        case Type::TYPE_UINT64: return {{"type", "integer"}, {"format", "uint64"}, {"minimum", 0}};
        case Type::TYPE_BOOL: return {{"type", "boolean"}};
        case Type::TYPE_STRING: return {{"type", "string"}};
        case Type::TYPE_BYTES: return {{"type", "string"}, {"contentEncoding", "base64"}};
        case Type::TYPE_ENUM: return enumeration(*one.enum_type());
        case Type::TYPE_MESSAGE: return reference(*one.message_type(), direction);
        default: break;
    }
    CHECK(false);  // the golden test refuses floating point, and nothing else is left
}

Tree SchemaMaker::enumeration(const pb::EnumDescriptor& type) {
    Tree values = Tree::array();
    Tree meanings = Tree::array();
    for (int i = 0; i < type.value_count(); ++i) {
        if (!is_told(*type.value(i))) continue;
        values.push_back(short_enum_name(*type.value(i)));
        meanings.push_back(comment_of(*type.value(i)));
    }
    made_[type.name()] = {{"type", "string"},
                          {"description", comment_of(type)},
                          {"enum", std::move(values)},
                          {"x-enum-descriptions", std::move(meanings)}};
    return ref_to(type.name());
}

FieldRule SchemaMaker::rule(const pb::FieldDescriptor& one) const {
    return rule_of(one.containing_type()->name(), one.name(), told_);
}

void SchemaMaker::apply_rule(const pb::FieldDescriptor& one, Tree& schema) const {
    const FieldRule known = rule(one);
    const std::string_view kind = one.is_repeated() ? "Items" : is_text(one) ? "Length" : "imum";
    if (known.least) schema["min" + std::string(kind)] = *known.least;
    if (known.most) schema["max" + std::string(kind)] = *known.most;
    // JSON Schema counts letters, the core bytes: they differ outside ASCII.
    const bool ascii = one.type() == Type::TYPE_BYTES || !known.pattern.empty();
    if (known.most && is_text(one) && !ascii) schema["x-bytes-max"] = *known.most;
    if (!known.pattern.empty()) schema["pattern"] = known.pattern;
}

Tree SchemaMaker::components() const {
    Tree all = Tree::object();
    for (const auto& [name, schema] : made_) all[name] = schema;
    return all;
}

}  // namespace foyer::master
