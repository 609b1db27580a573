#include "master/http/openapi.h"

#include "common/tls/sha256.h"
#include "master/http/api_protos.h"
#include "master/http/docs_page.h"
#include "master/http/openapi_operation.h"
#include "master/http/openapi_parts.h"
#include "master/http/router.h"

namespace foyer::master {
namespace {

namespace pb = google::protobuf;

std::string lower(std::string_view text) {
    std::string low(text);
    for (char& letter : low) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    return low;
}

std::string tag_text(const Route& route, const pb::DescriptorPool& pool) {
    switch (route.kind) {
        case RouteKind::Rpc: return comment_of(*method_of(pool, route.rpc).service());
        case RouteKind::Blob: return "The bytes of images, by their digest.";
        case RouteKind::Health:
        case RouteKind::Document: break;
    }
    return "The master itself.";
}

// In the order of the table.
Tree tags(const pb::DescriptorPool& pool) {
    Tree all = Tree::array();
    std::set<std::string> known;
    for (const Route& route : routes::table) {
        if (!known.insert(tag_of(route)).second) continue;
        all.push_back({{"name", tag_of(route)}, {"description", tag_text(route, pool)}});
    }
    return all;
}

Tree paths(const pb::DescriptorPool& pool, SchemaMaker& schemas) {
    Tree all = Tree::object();
    for (const Route& route : routes::table) {
        all[std::string(route.path)][lower(to_text(route.method))] =
            operation_of(route, pool, schemas);
    }
    return all;
}

std::string etag_of(std::string_view text) {
    constexpr std::size_t letters = 32;
    return "\"" + tls::sha256_hex(text).substr(0, letters) + "\"";
}

Tree document_tree(const ToldLimits& told) {
    const auto pool = api_protos();
    SchemaMaker schemas(told, fields_in_paths(*pool));
    Tree document = {{"openapi", "3.1.0"},
                     {"info", info(told)},
                     {"jsonSchemaDialect", "https://json-schema.org/draft/2020-12/schema"},
                     {"servers", Tree::array({{{"url", "/"}}})},
                     {"security", security(false)},
                     {"tags", tags(*pool)},
                     {"paths", paths(*pool, schemas)}};
    Tree parameters = parameter_components(schemas, *pool);
    Tree made = schemas.components();
    add_plain_schemas(made);
    document["components"] = {{"schemas", std::move(made)},
                              {"responses", refusal_components()},
                              {"parameters", std::move(parameters)},
                              {"headers", header_components()},
                              {"securitySchemes", security_schemes()}};
    return document;
}

std::string text_of(const Tree& document) { return document.dump(1) + "\n"; }

}  // namespace

std::string openapi_document(const ToldLimits& told) { return text_of(document_tree(told)); }

ApiDocuments api_documents(const ToldLimits& told) {
    const Tree document = document_tree(told);
    ApiDocuments made;
    made.openapi.type = "application/json";
    made.openapi.text = text_of(document);
    made.openapi.etag = etag_of(made.openapi.text);
    made.page.type = "text/html; charset=utf-8";
    made.page.text = docs_page(document);
    made.page.etag = etag_of(made.page.text);
    made.page.policy = docs_policy();
    return made;
}

}  // namespace foyer::master
