#include "master/http/openapi_operation.h"

#include "common/base/check.h"
#include "master/app/if_match.h"
#include "master/http/api_protos.h"
#include "master/http/openapi_parts.h"
#include "master/http/router.h"

namespace foyer::master {
namespace {

namespace pb = google::protobuf;

std::vector<std::string> names_in_path(std::string_view path) {
    std::vector<std::string> names;
    for (std::size_t at = path.find('{'); at != std::string_view::npos; at = path.find('{', at + 1))
        names.emplace_back(path.substr(at + 1, path.find('}', at) - at - 1));
    return names;
}

bool has_body(const Route& route) {
    return route.method == HttpMethod::Post || route.method == HttpMethod::Put;
}

Tree parameter(std::string_view name, std::string_view in, const std::string& description,
               Tree schema) {
    Tree made = {{"name", name}, {"in", in}};
    if (in == "path") made["required"] = true;
    if (!description.empty()) made["description"] = description;
    made["schema"] = std::move(schema);
    return made;
}

Tree path_parameters(const Route& route, const pb::Descriptor* request) {
    Tree all = Tree::array();
    constexpr std::string_view root = "/v1/";
    const std::string_view rest = route.path.substr(std::min(root.size(), route.path.size()));
    const std::string_view collection = rest.substr(0, rest.find('/'));
    for (const std::string& name : names_in_path(route.path)) {
        Tree schema = {{"type", "string"}, {"minLength", 1}};
        std::string comment = "\"sha256:\" and the 64 hex digits of the bytes.";
        if (request != nullptr) {
            comment = comment_of(*request->FindFieldByName(name));
        } else {
            schema["pattern"] = "^sha256:[0-9a-f]{64}$";
        }
        Tree made = parameter(name, "path", comment, std::move(schema));
        const std::string_view example = path_example(collection, name);
        if (!example.empty()) made["example"] = example;
        all.push_back(std::move(made));
    }
    return all;
}

// The fields of a request without a body, as the address gives them; `page` stands for its own.
void add_query(const pb::Descriptor& message, const std::set<std::string>& elsewhere, bool write,
               SchemaMaker& schemas, Tree& parameters) {
    for (int i = 0; i < message.field_count(); ++i) {
        const pb::FieldDescriptor& field = *message.field(i);
        if (elsewhere.contains(field.name()) || field.is_repeated()) continue;
        if (field.message_type() != nullptr && !is_time(*field.message_type())) {
            if (field.name() == "page")
                add_query(*field.message_type(), {}, write, schemas, parameters);
        } else if (!write || field.name() != "request_id") {
            Tree made =
                parameter(field.name(), "query", comment_of(field), schemas.parameter(field));
            if (schemas.is_needed(field)) made["required"] = true;
            parameters.push_back(std::move(made));
        }
    }
}

bool has_revision(const pb::Descriptor& answer) {
    const pb::FieldDescriptor* field = answer.FindFieldByName("revision");
    return field != nullptr && field->type() == pb::FieldDescriptor::TYPE_UINT64;
}

Tree json_content(Tree schema) { return {{"application/json", {{"schema", std::move(schema)}}}}; }

Tree with_headers(std::string_view description, bool etag) {
    Tree made = {{"description", description},
                 {"headers", {{"X-Request-Id", {{"$ref", "#/components/headers/RequestId"}}}}}};
    if (etag) made["headers"]["ETag"] = {{"$ref", "#/components/headers/ETag"}};
    return made;
}

Tree ref_schema(std::string_view name) {
    return {{"$ref", "#/components/schemas/" + std::string(name)}};
}

// The answers of an rpc, or of a route that is none.
Tree successes(const Route& route, const pb::MethodDescriptor* method, SchemaMaker& schemas) {
    Tree all = Tree::object();
    const auto put = [&](const char* status, std::string_view text, Tree content, bool etag) {
        all[status] = with_headers(text, etag);
        if (route.scope != Scope::Public) add_rate_headers(all[status]["headers"]);
        if (!content.is_null()) all[status]["content"] = std::move(content);
    };
    const Tree bytes = {{"application/octet-stream", Tree::object()}};
    switch (route.kind) {
        case RouteKind::Rpc: {
            const pb::Descriptor& answer = *method->output_type();
            const bool etag = !route.write && has_revision(answer);
            put("200", comment_of(answer),
                json_content(schemas.reference(answer, Direction::Answer)), etag);
            if (etag) put("304", "It is still what your If-None-Match names.", {}, true);
            if (route.streams)
                all["200"]["content"]["text/event-stream"] = {{"schema", {{"type", "string"}}}};
            break;
        }
        case RouteKind::Blob:
            if (route.method == HttpMethod::Put) {
                put("200", "It was there already; the bytes were not read.",
                    json_content(ref_schema("Blob")), false);
                put("201", "It is kept.", json_content(ref_schema("Blob")), false);
            } else {
                put("200", "The bytes.", route.method == HttpMethod::Get ? bytes : Tree(), false);
            }
            break;
        case RouteKind::Health:
            put("200", "The master is well.", json_content(ref_schema("Health")), false);
            break;
        case RouteKind::Document:
            put("200", "What was asked for.",
                route.path.ends_with(".json") ? json_content({{"type", "object"}})
                                              : Tree{{"text/html", Tree::object()}},
                true);
            put("304", "It is still what your If-None-Match names.", {}, true);
            break;
    }
    return all;
}

struct Words {
    std::string id;
    std::string text;
};

// What no proto says.
Words words_of_plain(const Route& route) {
    if (route.kind == RouteKind::Health)
        return {"GetHealth", "Whether the master can work. Needs no token."};
    if (route.kind == RouteKind::Document) {
        return route.path.ends_with(".json")
                   ? Words{"GetOpenApi", "This document. Needs no token."}
                   : Words{"GetDocs", "This document as a page for people. Needs no token."};
    }
    switch (route.method) {
        case HttpMethod::Put:
            return {"PutBlob",
                    "Keeps the bytes of an image's blob. They are read only if they are "
                    "not there, and refused if they are not what the digest says."};
        case HttpMethod::Get: return {"GetBlob", "The bytes of a blob."};
        case HttpMethod::Head: return {"HeadBlob", "Whether a blob is there, and its size."};
        case HttpMethod::Post:
        case HttpMethod::Delete: break;
    }
    CHECK(false);
}

void add_words(const Words& words, Tree& operation) {
    const std::size_t end = words.text.find_first_of(".;");
    operation["operationId"] = words.id;
    operation["summary"] = words.text.substr(0, end);
    operation["description"] = words.text;
}

void add_rights(const Route& route, Tree& operation) {
    Tree roles = Tree::array();
    for (const AccountRole role : all_roles) {
        if (route.roles.has(role)) roles.push_back(to_text(role));
    }
    const bool open = route.scope == Scope::Public;
    if (open) operation["security"] = Tree::array();
    if (!open && route.write) operation["security"] = security(true);
    operation["x-foyer-roles"] = std::move(roles);
    operation["x-foyer-scope"] = open ? "public" : route.scope == Scope::Own ? "own" : "all";
    if (!route.rpc.empty()) operation["x-foyer-rpc"] = route.rpc;
}

void add_body(const Route& route, const pb::MethodDescriptor* method, SchemaMaker& schemas,
              Tree& operation) {
    if (!has_body(route)) return;
    if (method == nullptr) {
        operation["requestBody"] = {{"required", true},
                                    {"content",
                                     {{"application/octet-stream",
                                       {{"schema", {{"type", "string"}, {"format", "binary"}}}}}}}};
        return;
    }
    const Tree schema = schemas.reference(*method->input_type(), Direction::Request);
    const Tree& made = schemas.made(method->input_type()->name());
    operation["requestBody"] = {{"required", made.contains("required")},
                                {"content", json_content(schema)}};
}

}  // namespace

std::set<int> refusals_of(const Route& route) {
    std::set<int> all = {400, 431};
    // 503: whose token it is cannot be told yet.
    // 429: a token may ask so often.
    if (route.scope != Scope::Public) all.insert({401, 403, 429, 503});
    if (route.kind == RouteKind::Health) all.insert(503);
    if (route.kind == RouteKind::Document || route.kind == RouteKind::Health) return all;
    const bool named = route.path.find('{') != std::string_view::npos;
    if (named && !(route.kind == RouteKind::Blob && route.write)) all.insert(404);
    if (route.kind == RouteKind::Blob) {
        if (route.write) all.insert({413, 507});
        return all;
    }
    if (route.write) all.insert({404, 409, 413, 415, 504});
    if (takes_if_match(route)) all.insert(412);
    // An order that would be refused has no price.
    if (route.path == "/v1/quote" || route.path == "/v1/sites/{name}/letter")
        all.insert({404, 409});
    // These may wait for the database, or for a box.
    const bool waits = route.path.ends_with("/events") || route.path.ends_with("/promise") ||
                       route.path.ends_with("/log") || route.path == "/v1/audit" ||
                       route.path.starts_with("/v1/operations/");
    if (waits) all.insert(504);
    return all;
}

std::set<std::string> fields_in_paths(const pb::DescriptorPool& pool) {
    std::set<std::string> all;
    for (const Route& route : routes::table) {
        if (route.rpc.empty()) continue;
        const std::string request = method_of(pool, route.rpc).input_type()->name();
        for (std::string name : names_in_path(route.path))
            all.insert(name.insert(0, request + "."));
    }
    return all;
}

std::string tag_of(const Route& route) {
    switch (route.kind) {
        case RouteKind::Blob: return "Blob";
        case RouteKind::Health:
        case RouteKind::Document: return "Master";
        case RouteKind::Rpc: break;
    }
    const std::string_view service = route.rpc.substr(0, route.rpc.find('/'));
    const std::string_view name = service.substr(service.rfind('.') + 1);
    constexpr std::string_view ending = "Service";
    return std::string(name.substr(0, name.size() - ending.size()));
}

std::string without_route(const std::string& comment, const Route& route) {
    const std::string place = std::string(to_text(route.method)) + " " + std::string(route.path);
    if (!comment.ends_with(" " + place)) return comment;
    return comment.substr(0, comment.size() - place.size() - 1);
}

Tree operation_of(const Route& route, const pb::DescriptorPool& pool, SchemaMaker& schemas) {
    const pb::MethodDescriptor* method = route.rpc.empty() ? nullptr : &method_of(pool, route.rpc);
    const pb::Descriptor* request = method == nullptr ? nullptr : method->input_type();
    Tree operation = {{"tags", Tree::array({tag_of(route)})}};
    add_words(method == nullptr ? words_of_plain(route)
                                : Words{method->name(), without_route(comment_of(*method), route)},
              operation);
    Tree parameters = path_parameters(route, request);
    if (request != nullptr && !has_body(route)) {
        const auto names = names_in_path(route.path);
        add_query(*request, {names.begin(), names.end()}, route.write, schemas, parameters);
    }
    Tree answers = successes(route, method, schemas);
    if (route.write && method != nullptr)
        parameters.push_back({{"$ref", "#/components/parameters/IdempotencyKey"}});
    if (route.streams)
        parameters.push_back(
            parameter("Last-Event-ID", "header",
                      "Of a stream: the last `id` that was seen; goes on after it.",
                      {{"type", "integer"}, {"minimum", 0}}));
    if (takes_if_match(route)) parameters.push_back({{"$ref", "#/components/parameters/IfMatch"}});
    if (answers.contains("304"))
        parameters.push_back({{"$ref", "#/components/parameters/IfNoneMatch"}});
    if (!parameters.empty()) operation["parameters"] = std::move(parameters);
    add_body(route, method, schemas, operation);
    for (const int status : refusals_of(route)) {
        // An answer to HEAD brings no body.
        answers[std::to_string(status)] = route.method == HttpMethod::Head
                                              ? with_headers(meaning_of(status), false)
                                              : refusal(status);
    }
    operation["responses"] = std::move(answers);
    add_rights(route, operation);
    return operation;
}

}  // namespace foyer::master
