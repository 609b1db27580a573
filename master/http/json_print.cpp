#include "master/http/json_print.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <map>

#include "common/base/base64.h"
#include "common/base/rfc3339.h"
#include "master/http/json_text.h"

namespace foyer::master {
namespace {

namespace pb = google::protobuf;
using Cpp = pb::FieldDescriptor::CppType;

void print_message(std::string& out, const pb::Message& message);

void append_number(std::string& out, double number) {
    // JSON has no word for these; nothing of ours makes them.
    if (!std::isfinite(number)) {
        out += "null";
        return;
    }
    std::array<char, 40> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    out.append(text.data(), end);
}

void print_value(std::string& out, const pb::Value& value);

void print_struct(std::string& out, const pb::Struct& object) {
    out += '{';
    // A map has no order of its own; sorted keys make equal values equal texts.
    std::map<std::string_view, const pb::Value*> sorted;
    for (const auto& [key, value] : object.fields()) sorted.emplace(key, &value);
    bool first = true;
    for (const auto& [key, value] : sorted) {
        if (!first) out += ',';
        first = false;
        append_json_string(out, key);
        out += ':';
        print_value(out, *value);
    }
    out += '}';
}

void print_value(std::string& out, const pb::Value& value) {
    switch (value.kind_case()) {
        case pb::Value::kNumberValue: append_number(out, value.number_value()); return;
        case pb::Value::kStringValue: append_json_string(out, value.string_value()); return;
        case pb::Value::kBoolValue: out += value.bool_value() ? "true" : "false"; return;
        case pb::Value::kStructValue: print_struct(out, value.struct_value()); return;
        case pb::Value::kListValue: {
            out += '[';
            for (int i = 0; i < value.list_value().values_size(); ++i) {
                if (i > 0) out += ',';
                print_value(out, value.list_value().values(i));
            }
            out += ']';
            return;
        }
        case pb::Value::kNullValue:
        case pb::Value::KIND_NOT_SET: out += "null"; return;
    }
}

void print_bytes_or_text(std::string& out, const pb::FieldDescriptor& field,
                         const std::string& text) {
    if (field.type() == pb::FieldDescriptor::TYPE_BYTES) {
        append_json_string(out, to_base64(text));
    } else {
        append_json_string(out, text);
    }
}

void print_enum(std::string& out, const pb::FieldDescriptor& field, int number) {
    const pb::EnumValueDescriptor* value = field.enum_type()->FindValueByNumber(number);
    if (value == nullptr) {
        out += std::to_string(number);  // of a newer version than this program
    } else {
        append_json_string(out, short_enum_name(*value));
    }
}

void print_single(std::string& out, const pb::Message& message, const pb::FieldDescriptor* field) {
    const pb::Reflection& reflection = *message.GetReflection();
    switch (field->cpp_type()) {
        case Cpp::CPPTYPE_INT32: out += std::to_string(reflection.GetInt32(message, field)); return;
        case Cpp::CPPTYPE_INT64: out += std::to_string(reflection.GetInt64(message, field)); return;
        case Cpp::CPPTYPE_UINT32:
            out += std::to_string(reflection.GetUInt32(message, field));
            return;
        case Cpp::CPPTYPE_UINT64:
            out += std::to_string(reflection.GetUInt64(message, field));
            return;
        case Cpp::CPPTYPE_DOUBLE: append_number(out, reflection.GetDouble(message, field)); return;
        case Cpp::CPPTYPE_FLOAT:
            append_number(out, static_cast<double>(reflection.GetFloat(message, field)));
            return;
        case Cpp::CPPTYPE_BOOL:
            out += reflection.GetBool(message, field) ? "true" : "false";
            return;
        case Cpp::CPPTYPE_ENUM:
            print_enum(out, *field, reflection.GetEnumValue(message, field));
            return;
        case Cpp::CPPTYPE_STRING:
            print_bytes_or_text(out, *field, reflection.GetString(message, field));
            return;
        case Cpp::CPPTYPE_MESSAGE:
            print_message(out, reflection.GetMessage(message, field));
            return;
    }
}

void print_element(std::string& out, const pb::Message& message, const pb::FieldDescriptor* field,
                   int at) {
    const pb::Reflection& reflection = *message.GetReflection();
    switch (field->cpp_type()) {
        case Cpp::CPPTYPE_INT32:
            out += std::to_string(reflection.GetRepeatedInt32(message, field, at));
            return;
        case Cpp::CPPTYPE_INT64:
            out += std::to_string(reflection.GetRepeatedInt64(message, field, at));
            return;
        case Cpp::CPPTYPE_UINT32:
            out += std::to_string(reflection.GetRepeatedUInt32(message, field, at));
            return;
        case Cpp::CPPTYPE_UINT64:
            out += std::to_string(reflection.GetRepeatedUInt64(message, field, at));
            return;
        case Cpp::CPPTYPE_DOUBLE:
            append_number(out, reflection.GetRepeatedDouble(message, field, at));
            return;
        case Cpp::CPPTYPE_FLOAT:
            append_number(out,
                          static_cast<double>(reflection.GetRepeatedFloat(message, field, at)));
            return;
        case Cpp::CPPTYPE_BOOL:
            out += reflection.GetRepeatedBool(message, field, at) ? "true" : "false";
            return;
        case Cpp::CPPTYPE_ENUM:
            print_enum(out, *field, reflection.GetRepeatedEnumValue(message, field, at));
            return;
        case Cpp::CPPTYPE_STRING:
            print_bytes_or_text(out, *field, reflection.GetRepeatedString(message, field, at));
            return;
        case Cpp::CPPTYPE_MESSAGE:
            print_message(out, reflection.GetRepeatedMessage(message, field, at));
            return;
    }
}

void print_repeated(std::string& out, const pb::Message& message,
                    const pb::FieldDescriptor* field) {
    out += '[';
    const int count = message.GetReflection()->FieldSize(message, field);
    for (int at = 0; at < count; ++at) {
        if (at > 0) out += ',';
        print_element(out, message, field, at);
    }
    out += ']';
}

void print_message(std::string& out, const pb::Message& message) {
    const pb::Descriptor& descriptor = *message.GetDescriptor();
    if (descriptor.full_name() == pb::Timestamp::descriptor()->full_name()) {
        const auto& time = static_cast<const pb::Timestamp&>(message);
        append_json_string(out, print_rfc3339({time.seconds(), time.nanos()}));
        return;
    }
    if (descriptor.full_name() == pb::Struct::descriptor()->full_name()) {
        print_struct(out, static_cast<const pb::Struct&>(message));
        return;
    }
    out += '{';
    bool first = true;
    for (int i = 0; i < descriptor.field_count(); ++i) {
        const pb::FieldDescriptor* field = descriptor.field(i);
        if (field->has_presence() && !message.GetReflection()->HasField(message, field)) continue;
        if (!first) out += ',';
        first = false;
        append_json_string(out, field->name());
        out += ':';
        if (field->is_repeated()) {
            print_repeated(out, message, field);
        } else {
            print_single(out, message, field);
        }
    }
    out += '}';
}

}  // namespace

std::string print_json(const pb::Message& message) {
    std::string out;
    print_message(out, message);
    return out;
}

std::string short_enum_name(const pb::EnumValueDescriptor& value) {
    // The prefix is the name of value 0 without "UNSPECIFIED": HOST_CLASS_.
    const std::string& zero = value.type()->value(0)->name();
    constexpr std::string_view ending = "UNSPECIFIED";
    std::string name = value.name();
    if (zero.ends_with(ending)) {
        const std::string prefix = zero.substr(0, zero.size() - ending.size());
        if (name.starts_with(prefix)) name.erase(0, prefix.size());
    }
    for (char& letter : name) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    return name;
}

}  // namespace foyer::master
