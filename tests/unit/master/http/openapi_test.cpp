#include "master/http/openapi.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "common/base/text.h"
#include "master/app/route_table.h"
#include "master/http/api_protos.h"
#include "master/http/openapi_operation.h"
#include "master/http/router.h"
#include "tests/support/catch.h"

namespace foyer::master {
namespace {

using Json = nlohmann::json;

Json document(const ToldLimits& told = {}) { return Json::parse(openapi_document(told)); }

const Json& schema(const Json& document, const std::string& name) {
    return document["components"]["schemas"][name];
}

std::string method_key(const Route& route) {
    std::string key(to_text(route.method));
    for (char& letter : key) letter = static_cast<char>(letter - 'A' + 'a');
    return key;
}

}  // namespace

TEST_CASE("the document holds exactly the routes of the table, each with its own name") {
    const Json made = document();
    std::set<std::string> names;
    std::size_t operations = 0;
    for (const auto& [path, methods] : made["paths"].items()) operations += methods.size();
    CHECK(operations == routes::table.size());
    for (const Route& route : routes::table) {
        INFO(route.path);
        const Json& operation = made["paths"][std::string(route.path)][method_key(route)];
        REQUIRE(operation.is_object());
        CHECK(names.insert(operation["operationId"]).second);
        CHECK(!operation["summary"].get<std::string>().empty());
        CHECK(operation.contains("x-foyer-rpc") == !route.rpc.empty());
    }
}

TEST_CASE("the comment of each rpc names the route it has") {
    const auto pool = api_protos();
    for (const Route& route : routes::table) {
        if (route.rpc.empty()) continue;
        const std::string comment = comment_of(method_of(*pool, route.rpc));
        INFO(route.rpc << ": " << comment);
        CHECK(without_route(comment, route).size() < comment.size());
        CHECK(without_route(comment, route).find("/v1/") == std::string::npos);
    }
}

TEST_CASE("the same limits give the same bytes, and other limits are told") {
    CHECK(openapi_document({}) == openapi_document({}));
    ToldLimits small;
    small.page_size_max = 7;
    small.body_bytes_max = 999;
    const Json made = document(small);
    CHECK(made["info"]["x-foyer-limits"]["body_bytes_max"] == 999);
    for (const Json& one : made["paths"]["/v1/isps"]["get"]["parameters"]) {
        if (one["name"] == "page_size") CHECK(one["schema"]["maximum"] == 7);
    }
}

TEST_CASE("schemas have the form of the JSON that is read and written") {
    const Json made = document();
    const Json& instance = schema(made, "Instance");
    CHECK(instance["properties"]["revision"]["type"] == "integer");
    CHECK(instance["properties"]["created_at"]["format"] == "date-time");
    CHECK(instance["properties"]["parameters"]["type"] == "object");
    CHECK(instance["properties"]["state"]["$ref"] == "#/components/schemas/InstanceState");
    const auto required = instance["required"].get<std::set<std::string>>();
    CHECK(required.contains("name"));
    CHECK(!required.contains("connection"));  // absent when there is none
    CHECK(!instance.contains("additionalProperties"));
    CHECK(schema(made, "HostClass")["enum"] == Json({"house", "vetted", "open"}));
    CHECK(schema(made, "LeadershipEndReason")["enum"][0] == "unspecified");  // is answered
    CHECK(schema(made, "PublishReleaseRequest")["properties"]["signature"]["contentEncoding"] ==
          "base64");
    CHECK(schema(made, "CreateIspRequest")["additionalProperties"] == false);
    // What both say differs: a request may leave out what an answer always has.
    CHECK(!schema(made, "ReplicationPolicyInput").contains("required"));
    CHECK(schema(made, "ReplicationPolicy").contains("required"));
}

TEST_CASE("a read has its fields in the address, a write in its body") {
    const Json made = document();
    const Json& list = made["paths"]["/v1/instances/{name}/events"]["get"];
    std::set<std::string> names;
    for (const Json& one : list["parameters"]) names.insert(one.value("name", ""));
    CHECK(names == std::set<std::string>{"name", "page_size", "page_token"});
    CHECK(!list.contains("requestBody"));
    const Json& order = made["paths"]["/v1/instances"]["post"];
    CHECK(order["parameters"][0]["$ref"] == "#/components/parameters/IdempotencyKey");
    CHECK(order["requestBody"]["required"] == true);
    CHECK(made["paths"]["/v1/instances/{name}:stop"]["post"]["requestBody"]["required"] == false);
    CHECK(made["paths"]["/v1/instances/{name}"]["delete"]["parameters"][1]["name"] ==
          "validate_only");
}

TEST_CASE("rights are told, and open doors say so") {
    const Json made = document();
    CHECK(made["paths"]["/v1/isps"]["post"]["x-foyer-roles"] == Json::array({"operator"}));
    CHECK(made["paths"]["/healthz"]["get"]["security"] == Json::array());
    CHECK(!made["paths"]["/v1/isps"]["get"].contains("security"));  // as of the whole document
    // A browser that writes says two things.
    const Json& write = made["paths"]["/v1/isps"]["post"]["security"];
    REQUIRE(write.size() == 2);
    CHECK(write[0] == Json{{"token", Json::array()}});
    CHECK(write[1] == Json{{"csrf", Json::array()}, {"session", Json::array()}});
    CHECK(made["security"][1] == Json{{"session", Json::array()}});
    for (const Route& route : routes::table) {
        const auto refusals = refusals_of(route);
        CHECK(refusals.contains(401) == (route.scope != Scope::Public));
        CHECK(!refusals.contains(500));
    }
}

TEST_CASE("the pattern of names is what check_name takes") {
    CHECK(name_pattern() == "^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$");
    CHECK(check_name("x", "a").ok());
    CHECK(check_name("x", "a" + std::string(38, '-') + "9").ok());
    for (const std::string& bad :
         {std::string(), std::string("9a"), std::string("a-"), std::string("A"), std::string("-"),
          std::string(41, 'a'), std::string("a_b")})
        CHECK(!check_name("x", bad).ok());
}

TEST_CASE("no comment holds what Markdown would swallow") {
    const std::string text = openapi_document({});
    const Json made = Json::parse(text);
    for (const auto& [name, one] : made["components"]["schemas"].items()) {
        if (!one.contains("properties")) continue;
        for (const auto& [field, property] : one["properties"].items()) {
            INFO(name << "." << field);
            const std::string told = property.value("description", "");
            CHECK(!told.empty());
            CHECK(told.find('<') == std::string::npos);
        }
    }
}

}  // namespace foyer::master
