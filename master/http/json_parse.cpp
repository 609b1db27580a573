#include "master/http/json_parse.h"

#include <cmath>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <limits>
#include <optional>
#include <string>

#include "common/base/base64.h"
#include "common/base/rfc3339.h"
#include "common/base/text.h"
#include "common/base/utf8.h"
#include "master/http/json_document.h"
#include "master/http/json_print.h"
#include "master/http/json_text.h"

namespace foyer::master {
namespace {

namespace pb = google::protobuf;
using Cpp = pb::FieldDescriptor::CppType;
using Json = nlohmann::json;

Error wrong(const std::string& path, const std::string& what) {
    return error(ErrorCode::InvalidArgument, "'" + path + "' " + what, {{"path", path}});
}

Status fill(pb::Message& message, const Json& json, const std::string& path);

// Sets or appends: reflection spells the two differently.
class Target {
public:
    Target(pb::Message& message, const pb::FieldDescriptor& field)
        : message_(message), field_(field) {}

    void put(std::int32_t value) {
        field_.is_repeated() ? r().AddInt32(&message_, &field_, value)
                             : r().SetInt32(&message_, &field_, value);
    }
    void put(std::int64_t value) {
        field_.is_repeated() ? r().AddInt64(&message_, &field_, value)
                             : r().SetInt64(&message_, &field_, value);
    }
    void put(std::uint32_t value) {
        field_.is_repeated() ? r().AddUInt32(&message_, &field_, value)
                             : r().SetUInt32(&message_, &field_, value);
    }
    void put(std::uint64_t value) {
        field_.is_repeated() ? r().AddUInt64(&message_, &field_, value)
                             : r().SetUInt64(&message_, &field_, value);
    }
    void put(double value) {
        field_.is_repeated() ? r().AddDouble(&message_, &field_, value)
                             : r().SetDouble(&message_, &field_, value);
    }
    void put(bool value) {
        field_.is_repeated() ? r().AddBool(&message_, &field_, value)
                             : r().SetBool(&message_, &field_, value);
    }
    void put(std::string value) {
        field_.is_repeated() ? r().AddString(&message_, &field_, std::move(value))
                             : r().SetString(&message_, &field_, std::move(value));
    }
    void put_enum(int value) {
        field_.is_repeated() ? r().AddEnumValue(&message_, &field_, value)
                             : r().SetEnumValue(&message_, &field_, value);
    }
    pb::Message& sub() {
        return *(field_.is_repeated() ? r().AddMessage(&message_, &field_)
                                      : r().MutableMessage(&message_, &field_));
    }

private:
    const pb::Reflection& r() const { return *message_.GetReflection(); }
    pb::Message& message_;
    const pb::FieldDescriptor& field_;
};

template <class Number>
std::optional<Number> integer(const Json& json) {
    if (json.is_number_unsigned()) {
        const auto value = json.get<std::uint64_t>();
        if (value > static_cast<std::uint64_t>(std::numeric_limits<Number>::max()))
            return std::nullopt;
        return static_cast<Number>(value);
    }
    if (json.is_number_integer()) {
        const auto value = json.get<std::int64_t>();
        if constexpr (std::is_unsigned_v<Number>) {
            if (value < 0) return std::nullopt;
        } else if (value < std::numeric_limits<Number>::min() ||
                   value > std::numeric_limits<Number>::max()) {
            return std::nullopt;
        }
        return static_cast<Number>(value);
    }
    return std::nullopt;
}

template <class Number>
Status put_integer(Target& target, const Json& json, const std::string& path) {
    const auto value = integer<Number>(json);
    if (!value) {
        return wrong(path, "must be a whole number from " +
                               std::to_string(std::numeric_limits<Number>::min()) + " to " +
                               std::to_string(std::numeric_limits<Number>::max()));
    }
    target.put(*value);
    return ok_status();
}

std::string allowed_values(const pb::EnumDescriptor& type) {
    std::string text;
    for (int i = 0; i < type.value_count(); ++i) {
        if (type.value(i)->number() == 0) continue;
        text += (text.empty() ? "" : ", ") + short_enum_name(*type.value(i));
    }
    return text;
}

std::optional<int> enum_number(const pb::EnumDescriptor& type, const std::string& text) {
    for (int i = 0; i < type.value_count(); ++i) {
        if (short_enum_name(*type.value(i)) == text) return type.value(i)->number();
    }
    return std::nullopt;
}

Status put_enum(Target& target, const pb::FieldDescriptor& field, const std::string& text,
                const std::string& path) {
    const auto number = enum_number(*field.enum_type(), text);
    if (!number) return wrong(path, "must be one of " + allowed_values(*field.enum_type()));
    target.put_enum(*number);
    return ok_status();
}

Status put_text(Target& target, const pb::FieldDescriptor& field, std::string text,
                const std::string& path) {
    if (field.type() != pb::FieldDescriptor::TYPE_BYTES) {
        if (!is_plain_text(text)) return wrong(path, "must be UTF-8 text without zero bytes");
        target.put(std::move(text));
        return ok_status();
    }
    auto bytes = from_base64(text);
    if (!bytes) return wrong(path, "must be base64 (RFC 4648, padded)");
    target.put(*std::move(bytes));
    return ok_status();
}

Status put_single(Target& target, const pb::FieldDescriptor& field, const Json& json,
                  const std::string& path) {
    switch (field.cpp_type()) {
        case Cpp::CPPTYPE_INT32: return put_integer<std::int32_t>(target, json, path);
        case Cpp::CPPTYPE_INT64: return put_integer<std::int64_t>(target, json, path);
        case Cpp::CPPTYPE_UINT32: return put_integer<std::uint32_t>(target, json, path);
        case Cpp::CPPTYPE_UINT64: return put_integer<std::uint64_t>(target, json, path);
        case Cpp::CPPTYPE_DOUBLE:
        case Cpp::CPPTYPE_FLOAT:
            if (!json.is_number()) return wrong(path, "must be a number");
            target.put(json.get<double>());
            return ok_status();
        case Cpp::CPPTYPE_BOOL:
            if (!json.is_boolean()) return wrong(path, "must be true or false");
            target.put(json.get<bool>());
            return ok_status();
        case Cpp::CPPTYPE_ENUM:
            if (!json.is_string())
                return wrong(path, "must be one of " + allowed_values(*field.enum_type()));
            return put_enum(target, field, json.get<std::string>(), path);
        case Cpp::CPPTYPE_STRING:
            if (!json.is_string()) return wrong(path, "must be a string");
            return put_text(target, field, json.get<std::string>(), path);
        case Cpp::CPPTYPE_MESSAGE: return fill(target.sub(), json, path);
    }
    return wrong(path, "has a type this API does not know");
}

void fill_value(pb::Value& value, const Json& json) {
    switch (json.type()) {
        case Json::value_t::object:
            value.mutable_struct_value();
            for (const auto& [key, member] : json.items())
                fill_value((*value.mutable_struct_value()->mutable_fields())[key], member);
            return;
        case Json::value_t::array:
            value.mutable_list_value();
            for (const Json& member : json)
                fill_value(*value.mutable_list_value()->add_values(), member);
            return;
        case Json::value_t::string: value.set_string_value(json.get<std::string>()); return;
        case Json::value_t::boolean: value.set_bool_value(json.get<bool>()); return;
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned:
        case Json::value_t::number_float: value.set_number_value(json.get<double>()); return;
        case Json::value_t::null:
        case Json::value_t::binary:
        case Json::value_t::discarded: value.set_null_value(pb::NULL_VALUE); return;
    }
}

Status fill_timestamp(pb::Timestamp& time, const Json& json, const std::string& path) {
    const auto parts =
        json.is_string() ? parse_rfc3339(json.get_ref<const std::string&>()) : std::nullopt;
    if (!parts) return wrong(path, "must be a time like 2026-03-01T12:30:00Z (RFC 3339)");
    time.set_seconds(parts->seconds);
    time.set_nanos(parts->nanos);
    return ok_status();
}

Status fill_struct(pb::Struct& object, const Json& json, const std::string& path) {
    if (!json.is_object()) return wrong(path, "must be an object");
    for (const auto& [key, member] : json.items())
        fill_value((*object.mutable_fields())[key], member);
    return ok_status();
}

Status fill_field(pb::Message& message, const pb::FieldDescriptor& field, const Json& json,
                  const std::string& path) {
    if (json.is_null()) return ok_status();
    Target target(message, field);
    if (!field.is_repeated()) return put_single(target, field, json, path);
    if (!json.is_array()) return wrong(path, "must be an array");
    for (std::size_t i = 0; i < json.size(); ++i)
        TRY(put_single(target, field, json[i], path + "/" + std::to_string(i)));
    return ok_status();
}

Status fill(pb::Message& message, const Json& json, const std::string& path) {
    const pb::Descriptor& descriptor = *message.GetDescriptor();
    if (descriptor.full_name() == pb::Timestamp::descriptor()->full_name()) {
        return fill_timestamp(static_cast<pb::Timestamp&>(message), json, path);
    }
    if (descriptor.full_name() == pb::Struct::descriptor()->full_name()) {
        return fill_struct(static_cast<pb::Struct&>(message), json, path);
    }
    if (!json.is_object()) return wrong(path, "must be an object");
    for (const auto& [key, member] : json.items()) {
        const std::string here = path + "/" + escape_pointer(key);
        const pb::FieldDescriptor* field = descriptor.FindFieldByName(key);
        if (field == nullptr || field->is_map())
            return wrong(here, "is not a field of this request");
        TRY(fill_field(message, *field, member, here));
    }
    return ok_status();
}

}  // namespace

Status parse_json(std::string_view text, pb::Message& message, const JsonLimits& limits) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return ok_status();
    // The parser would pass over it; others on the way may not.
    if (text.starts_with("\xef\xbb\xbf"))
        return error(ErrorCode::InvalidArgument,
                     "the body begins with a byte order mark; send plain UTF-8", {{"path", ""}});
    const Json document = TRY(parse_document(text, limits));
    if (!document.is_object())
        return error(ErrorCode::InvalidArgument, "the body must be a JSON object", {{"path", ""}});
    return fill(message, document, "");
}

Status set_from_text(pb::Message& message, const pb::FieldDescriptor& field, std::string_view text,
                     std::string_view path) {
    const std::string where(path);
    Target target(message, field);
    switch (field.cpp_type()) {
        case Cpp::CPPTYPE_STRING: return put_text(target, field, std::string(text), where);
        case Cpp::CPPTYPE_ENUM: return put_enum(target, field, std::string(text), where);
        case Cpp::CPPTYPE_BOOL:
            if (text != "true" && text != "false") return wrong(where, "must be true or false");
            target.put(text == "true");
            return ok_status();
        case Cpp::CPPTYPE_INT32:
        case Cpp::CPPTYPE_INT64:
        case Cpp::CPPTYPE_UINT32:
        case Cpp::CPPTYPE_UINT64: {
            const auto number = parse_int(text);
            if (!number) return wrong(where, "must be a whole number");
            return put_single(target, field, Json(*number), where);
        }
        case Cpp::CPPTYPE_MESSAGE:
            if (field.message_type()->full_name() != pb::Timestamp::descriptor()->full_name())
                break;
            return fill(target.sub(), Json(text), where);
        case Cpp::CPPTYPE_DOUBLE:
        case Cpp::CPPTYPE_FLOAT: break;
    }
    return wrong(where, "cannot be given in the address");
}

}  // namespace foyer::master
