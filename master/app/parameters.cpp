#include "master/app/parameters.h"

#include <nlohmann/json.hpp>

#include "master/app/json_schema.h"
#include "master/app/pattern.h"

namespace foyer::master {
namespace {

using Json = nlohmann::json;

Json parse(std::string_view text) {
    return Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
}

// What the schema says of one parameter, in words: "string, one of FR, BE" / "integer, 1 to 100".
std::string allowed(const Json& rule) {
    std::string text = rule.value("type", "value");
    if (rule.contains("enum")) {
        std::string values;
        for (const Json& value : rule["enum"])
            values += (values.empty() ? "" : ", ") +
                      (value.is_string() ? value.get<std::string>() : value.dump());
        text += ", one of " + values;
    }
    if (rule.contains("pattern")) text += ", matching " + rule["pattern"].get<std::string>();
    if (rule.contains("minLength"))
        text += ", at least " + rule["minLength"].dump() + " characters";
    if (rule.contains("maxLength")) text += ", at most " + rule["maxLength"].dump() + " characters";
    if (rule.contains("minimum")) text += ", at least " + rule["minimum"].dump();
    if (rule.contains("maximum")) text += ", at most " + rule["maximum"].dump();
    return text;
}

std::string names_of(const Json& properties) {
    std::string names;
    for (const auto& [name, rule] : properties.items()) names += (names.empty() ? "" : ", ") + name;
    return names.empty() ? "none" : names;
}

// The rule without its pattern, which pattern.h holds the value against.
bool fits(Json rule, const Json& value) {
    const std::string pattern = rule.value("pattern", "");
    rule.erase("pattern");
    const auto found = check_schema(rule.dump(), value.dump());
    if (!found.ok() || !found.value().empty()) return false;
    return pattern.empty() || !value.is_string() ||
           matches_pattern(pattern, value.get_ref<const std::string&>());
}

std::string without_patterns(Json schema) {
    if (schema.contains("properties"))
        for (Json& rule : schema["properties"]) rule.erase("pattern");
    return schema.dump();
}

// One rule at a time, so that each answer can say what is allowed there.
std::vector<SchemaProblem> problems_of(const Json& schema, const Json& given) {
    std::vector<SchemaProblem> problems;
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [name, value] : given.items()) {
        const std::string path = "/parameters/" + name.substr(0, 64);
        if (!properties.contains(name)) {
            problems.push_back({path, "is not a parameter; allowed: " + names_of(properties)});
            continue;
        }
        if (!fits(properties[name], value))
            problems.push_back({path, "allowed: " + allowed(properties[name])});
    }
    for (const Json& name : schema.value("required", Json::array())) {
        const auto key = name.get<std::string>();
        if (given.contains(key)) continue;
        problems.push_back(
            {"/parameters/" + key,
             "is required; allowed: " + allowed(properties.value(key, Json::object()))});
    }
    return problems;
}

}  // namespace

std::vector<SchemaProblem> parameter_rule_problems(std::string_view rule_json,
                                                   const std::string& path) {
    const Json rule = parse(rule_json);
    std::vector<SchemaProblem> problems;
    const Status pattern = check_pattern(rule.value("pattern", ""));
    if (!pattern.ok()) problems.push_back({path + "/pattern", pattern.failure().message});
    if (rule.contains("default") && !fits(rule, rule["default"]))
        problems.push_back({path + "/default", "does not fit its own rule"});
    return problems;
}

Result<std::string> complete_parameters(std::string_view schema_json,
                                        std::string_view parameters_json) {
    const Json schema = parse(schema_json);
    if (!schema.is_object())
        return error(ErrorCode::Internal, "a published parameter schema is not an object");
    Json given = parse(parameters_json.empty() ? "{}" : parameters_json);
    if (!given.is_object())
        return schema_error("the order", {{"/parameters", "must be an object"}});
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [name, rule] : properties.items()) {
        if (!given.contains(name) && rule.contains("default")) given[name] = rule["default"];
    }
    const auto problems = problems_of(schema, given);
    if (!problems.empty()) return schema_error("the order", problems);
    // The whole schema once more: what is checked piece by piece above may never be less than what
    // it says.
    const auto rest = TRY(check_schema(without_patterns(schema), given.dump()));
    if (!rest.empty()) return schema_error("the order", rest);
    return given.dump();
}

}  // namespace foyer::master
