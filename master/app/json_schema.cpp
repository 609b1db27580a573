#include "master/app/json_schema.h"

#include <exception>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace foyer::master {
namespace {

using Json = nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;
constexpr std::size_t problems_max = 20;

// The library compares and validates by recursion: what is nested deeper is not even looked at.
constexpr int depth_max = 64;

Json parse(std::string_view text) {
    bool too_deep = false;
    const auto count = [&](int depth, Json::parse_event_t, const Json&) {
        too_deep |= depth > depth_max;
        return !too_deep;
    };
    Json tree = Json::parse(text.begin(), text.end(), count, /*allow_exceptions=*/false);
    if (too_deep) return Json(Json::value_t::discarded);
    return tree;
}

// valijson speaks of ["a"]["b"][0] under <root>; we speak of /a/b/0.
std::string pointer_of(const std::vector<std::string>& context) {
    std::string pointer;
    for (std::size_t i = 1; i < context.size(); ++i) {
        std::string part = context[i];
        if (part.size() >= 2 && part.front() == '[' && part.back() == ']')
            part = part.substr(1, part.size() - 2);
        if (part.size() >= 2 && part.front() == '"' && part.back() == '"')
            part = part.substr(1, part.size() - 2);
        pointer += "/" + part;
    }
    return pointer;
}

std::vector<SchemaProblem> problems_of(valijson::ValidationResults& results) {
    std::vector<SchemaProblem> problems;
    valijson::ValidationResults::Error found;
    while (problems.size() < problems_max && results.popError(found)) {
        std::string what = found.description;
        while (!what.empty() && (what.back() == '.' || what.back() == '\n')) what.pop_back();
        problems.push_back({pointer_of(found.context), std::move(what)});
    }
    return problems;
}

}  // namespace

Result<std::vector<SchemaProblem>> check_schema(std::string_view schema_text,
                                                std::string_view document_text) {
    const Json schema_json = parse(schema_text);
    const Json document = parse(document_text);
    if (schema_json.is_discarded())
        return error(ErrorCode::InvalidArgument,
                     "the schema is not JSON, or is nested deeper than 64");
    if (document.is_discarded())
        return error(ErrorCode::InvalidArgument,
                     "the document is not JSON, or is nested deeper than 64", {{"path", ""}});
    // The library reports bad schemas and impossible patterns by throwing: the border is here.
    try {
        valijson::Schema schema;
        valijson::SchemaParser parser;
        parser.populateSchema(Adapter(schema_json), schema);
        valijson::Validator validator;
        valijson::ValidationResults results;
        if (validator.validate(schema, Adapter(document), &results))
            return std::vector<SchemaProblem>();
        return problems_of(results);
    } catch (const std::exception& why) {
        return error(ErrorCode::InvalidArgument,
                     std::string("the schema cannot be used: ") + why.what());
    }
}

Error schema_error(std::string_view subject, const std::vector<SchemaProblem>& problems) {
    Error failure = error(ErrorCode::InvalidArgument, std::string(subject) + " is not valid");
    for (const SchemaProblem& problem : problems) {
        failure.message +=
            (failure.details.empty() ? ": '" : "; '") + problem.path + "': " + problem.what;
        failure.details.push_back({"path", problem.path});
        failure.details.push_back({"problem", problem.what});
    }
    return failure;
}

}  // namespace foyer::master
