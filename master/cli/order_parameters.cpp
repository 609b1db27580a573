#include "master/cli/order_parameters.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>

#include "common/base/text.h"
#include "master/cli/exit_code.h"
#include "master/cli/suggest.h"

namespace foyer::cli {
namespace {

std::string as_word(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

Result<Json> typed_value(const Json& property, const std::string& key, const std::string& text) {
    const std::string type = text_field(property, "type");
    if (type == "integer") {
        const auto number = parse_int(text);
        if (!number) {
            return usage_error(
                fmt::format("parameter '{}' is a whole number, not '{}'", key, text));
        }
        return Json(*number);
    }
    if (type == "boolean") {
        if (text == "true" || text == "yes") return Json(true);
        if (text == "false" || text == "no") return Json(false);
        return usage_error(fmt::format("parameter '{}' is true or false, not '{}'", key, text));
    }
    return Json(text);
}

Status check_enum(const Json& property, const std::string& key, const Json& value) {
    const Json& allowed = list_field(property, "enum");
    if (allowed.empty() || std::ranges::find(allowed, value) != allowed.end()) return ok_status();
    std::vector<std::string> words;
    for (const Json& word : allowed) words.push_back(as_word(word));
    return usage_error(fmt::format("parameter '{}' cannot be '{}'; it is one of {}{}", key,
                                   as_word(value), join(words, ", "),
                                   did_you_mean(as_word(value), words)));
}

}  // namespace

Result<Json> order_parameters(const Json& schema, const Json& from_file,
                              const std::vector<std::string>& typed) {
    Json parameters = from_file.is_null() ? Json::object() : from_file;
    if (!parameters.is_object()) return usage_error("the parameters file holds no JSON object");
    const Json& properties = field(schema, "properties");
    std::vector<std::string> known;
    if (properties.is_object()) {
        for (const auto& [name, property] : properties.items()) known.push_back(name);
    }
    std::set<std::string> seen;
    for (const std::string& assignment : typed) {
        const std::size_t equals = assignment.find('=');
        if (equals == std::string::npos || equals == 0) {
            return usage_error(fmt::format("'--param {}' is not key=value", assignment));
        }
        const std::string key = assignment.substr(0, equals);
        if (!seen.insert(key).second) {
            return usage_error(fmt::format("parameter '{}' is given twice", key));
        }
        const Json& property = field(properties, key);
        parameters[key] = TRY(typed_value(property, key, assignment.substr(equals + 1)));
    }
    for (const auto& [key, value] : parameters.items()) {
        const Json& property = field(properties, key);
        if (property.is_null() && properties.is_object()) {
            return usage_error(fmt::format("the release has no parameter '{}'{} (it has {})", key,
                                           did_you_mean(key, known),
                                           known.empty() ? "none" : join(known, ", ")));
        }
        TRY(check_enum(property, key, value));
    }
    return parameters;
}

}  // namespace foyer::cli
