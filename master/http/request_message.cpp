#include "master/http/request_message.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <set>

#include "master/app/secret_fields.h"

namespace foyer::master {
namespace {

namespace pb = google::protobuf;

Error wrong(const std::string& path, const std::string& what) {
    return error(ErrorCode::InvalidArgument, "'" + path + "' " + what, {{"path", path}});
}

// The message may hold another value from its body; both must say the same.
Status set_once(pb::Message& message, const pb::FieldDescriptor& field, const std::string& value,
                const std::string& path) {
    const pb::Reflection& reflection = *message.GetReflection();
    if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING && !field.is_repeated()) {
        const std::string given = reflection.GetString(message, &field);
        if (!given.empty() && given != value)
            return wrong(path, "differs from what the address or a header says");
    }
    return set_from_text(message, field, value, path);
}

Status set_query(pb::Message& message, const std::string& key, const std::string& value) {
    const std::string path = "?" + key.substr(0, 64);
    const pb::FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(key);
    pb::Message* target = &message;
    if (field == nullptr) {
        // page_size and page_token stand for the two fields of `page`.
        const pb::FieldDescriptor* page = message.GetDescriptor()->FindFieldByName("page");
        if (page != nullptr && page->message_type() != nullptr) {
            field = page->message_type()->FindFieldByName(key);
            if (field != nullptr) target = message.GetReflection()->MutableMessage(&message, page);
        }
    }
    if (field == nullptr || field->is_repeated())
        return wrong(path, "is not a parameter of this request");
    if (is_secret_field(field->name()))
        return wrong(path, "is a secret: it belongs into the body, not into an address");
    return set_once(*target, *field, value, path);
}

}  // namespace

Status fill_request(const RequestParts& parts, pb::Message& message, const JsonLimits& limits) {
    TRY(parse_json(parts.body, message, limits));
    for (const auto& [name, value] : parts.matched.path) {
        const pb::FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
        CHECK(field != nullptr);  // the table's test holds this
        TRY(set_once(message, *field, value, "/" + name));
    }
    std::set<std::string_view> known;
    for (const auto& [key, value] : parts.matched.query) {
        // Which of two would count is for nobody to guess.
        if (!known.insert(key).second) return wrong("?" + key.substr(0, 64), "is given twice");
        TRY(set_query(message, key, value));
    }
    if (parts.idempotency_key.empty()) return ok_status();
    const pb::FieldDescriptor* field = message.GetDescriptor()->FindFieldByName("request_id");
    if (field == nullptr) return ok_status();  // a read repeats freely
    return set_once(message, *field, std::string(parts.idempotency_key), "/request_id");
}

}  // namespace foyer::master
