#include "master/http/router.h"

#include <google/protobuf/descriptor.h>
#include <set>

#include "foyer/api/v1/accounts.pb.h"
#include "foyer/api/v1/applications.pb.h"
#include "foyer/api/v1/console.pb.h"
#include "foyer/api/v1/contacts.pb.h"
#include "foyer/api/v1/domains.pb.h"
#include "foyer/api/v1/events.pb.h"
#include "foyer/api/v1/fleet.pb.h"
#include "foyer/api/v1/instances.pb.h"
#include "foyer/api/v1/members.pb.h"
#include "foyer/api/v1/prices.pb.h"
#include "foyer/api/v1/releases.pb.h"
#include "foyer/api/v1/upgrades.pb.h"
#include "foyer/api/v1/webhooks.pb.h"
#include "master/http/errors.h"
#include "master/http/request_message.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;
namespace v1 = foyer::api::v1;
namespace pb = google::protobuf;

namespace {

std::vector<const pb::ServiceDescriptor*> services() {
    std::vector<const pb::ServiceDescriptor*> found;
    for (const pb::FileDescriptor* file :
         {v1::Account::descriptor()->file(), v1::Event::descriptor()->file(),
          v1::Node::descriptor()->file(), v1::Instance::descriptor()->file(),
          v1::PriceList::descriptor()->file(), v1::SoftwareRelease::descriptor()->file(),
          v1::Upgrade::descriptor()->file(), v1::Webhook::descriptor()->file(),
          v1::Member::descriptor()->file(), v1::Application::descriptor()->file(),
          v1::Contact::descriptor()->file(), v1::Domain::descriptor()->file(),
          v1::LogLine::descriptor()->file()}) {
        for (int i = 0; i < file->service_count(); ++i) found.push_back(file->service(i));
    }
    return found;
}

std::string rpc_at(HttpMethod method, std::string_view target) {
    const RouteAnswer answer = find_route(method, target);
    return answer.matched ? std::string(answer.matched->route->rpc) : std::string("none");
}

const pb::MethodDescriptor* method_of(std::string_view rpc) {
    for (const auto* service : services()) {
        for (int i = 0; i < service->method_count(); ++i) {
            if (service->full_name() + "/" + service->method(i)->name() == rpc)
                return service->method(i);
        }
    }
    return nullptr;
}

}  // namespace

TEST_CASE("every route says who may open it") {
    for (const Route& route : routes::table) {
        INFO(route.path);
        CHECK(route.scope != Scope::Unset);
        if (route.scope == Scope::Public) {
            CHECK(route.roles == Roles{});
        } else {
            CHECK(route.roles.has(AccountRole::Operator));
        }
        CHECK((route.kind == RouteKind::Rpc) == !route.rpc.empty());
        CHECK(route.write == (route.method != HttpMethod::Get && route.method != HttpMethod::Head));
    }
}

TEST_CASE("every rpc has exactly one route, and every route its rpc") {
    std::set<std::string> routed;
    for (const Route& route : routes::table) {
        if (route.kind != RouteKind::Rpc) continue;
        INFO(route.rpc);
        CHECK(routed.insert(std::string(route.rpc)).second);
        CHECK(method_of(route.rpc) != nullptr);
    }
    std::size_t rpcs = 0;
    for (const auto* service : services())
        rpcs += static_cast<std::size_t>(service->method_count());
    CHECK(rpcs == routed.size());
}

TEST_CASE(
    "the names in a path are fields of its request, and writes carry the fields every write has") {
    for (const Route& route : routes::table) {
        if (route.kind != RouteKind::Rpc) continue;
        const pb::Descriptor* request = method_of(route.rpc)->input_type();
        for (std::size_t at = route.path.find('{'); at != std::string_view::npos;
             at = route.path.find('{', at + 1)) {
            const std::string name(route.path.substr(at + 1, route.path.find('}', at) - at - 1));
            INFO(route.path << " " << name);
            CHECK(request->FindFieldByName(name) != nullptr);
        }
        // A login is neither repeated nor tried: nothing of it is recorded.
        const bool full = route.write && !route.own_login;
        if (full) CHECK(request->FindFieldByName("request_id") != nullptr);
        if (full) CHECK(request->FindFieldByName("validate_only") != nullptr);
        if (route.own_login) CHECK(request->FindFieldByName("request_id") == nullptr);
    }
}

TEST_CASE("a target finds its route") {
    CHECK(rpc_at(HttpMethod::Get, "/v1/instances/acme") ==
          "foyer.api.v1.InstanceService/GetInstance");
    CHECK(rpc_at(HttpMethod::Post, "/v1/instances/acme:stop") ==
          "foyer.api.v1.InstanceService/StopInstance");
    CHECK(rpc_at(HttpMethod::Get, "/v1/instances/acme/events?page_size=3") ==
          "foyer.api.v1.InstanceService/ListInstanceEvents");
    CHECK(rpc_at(HttpMethod::Get, "/v1/instances/acme/placement") ==
          "foyer.api.v1.InstanceService/ExplainInstance");
    CHECK(rpc_at(HttpMethod::Get, "/v1/instances") == "foyer.api.v1.InstanceService/ListInstances");
    const RouteAnswer blob = find_route(HttpMethod::Put, "/v1/blobs/sha256:ab");
    REQUIRE(blob.matched);
    CHECK(blob.matched->path.front().second == "sha256:ab");
}

TEST_CASE("tricks in a target find nothing") {
    for (const char* target :
         {"/v1/instances/../accounts", "/v1/./instances", "/v1/instances/%2e%2e",
          "/v1/instances/a%2fb", "/v1/instances/a%00", "/v1/instances/a%zz", "/v1/instances/a%2",
          "v1/instances", "", "*", "http://x/v1/instances", "/v1/instances?a=%01"}) {
        INFO(target);
        const RouteAnswer answer = find_route(HttpMethod::Get, target);
        CHECK(!answer.matched);
        CHECK(answer.why == NoRoute::Malformed);
    }
    CHECK(rpc_at(HttpMethod::Get, "//v1/instances") == "none");
    CHECK(rpc_at(HttpMethod::Get, "/v1/instances/") == "none");
    CHECK(rpc_at(HttpMethod::Post, "/v1/instances/acme:explode") == "none");
    CHECK(rpc_at(HttpMethod::Post, "/v1/instances/:stop") == "none");
    CHECK(rpc_at(HttpMethod::Get, "/" + std::string(5000, 'a')) == "none");
    const RouteAnswer wrong = find_route(HttpMethod::Put, "/v1/instances");
    CHECK(wrong.why == NoRoute::WrongMethod);
    CHECK(wrong.allowed == "POST, GET");
}

TEST_CASE("body, path, query and key become one message") {
    const RouteAnswer answer =
        find_route(HttpMethod::Post, "/v1/instances/acme:promote?validate_only=true");
    REQUIRE(answer.matched);
    v1::PromoteInstanceRequest request;
    REQUIRE(fill_request({*answer.matched, R"({"index":1})", "key-1"}, request, {}).ok());
    CHECK(request.name() == "acme");
    CHECK(request.index() == 1);
    CHECK(request.validate_only());
    CHECK(request.request_id() == "key-1");

    const RouteAnswer list = find_route(HttpMethod::Get, "/v1/instances?page_size=7&page_token=YQ");
    v1::ListInstancesRequest listing;
    REQUIRE(fill_request({*list.matched, "", ""}, listing, {}).ok());
    CHECK(listing.page().page_size() == 7);
}

TEST_CASE("parts of a request that contradict each other are refused") {
    const RouteAnswer answer = find_route(HttpMethod::Post, "/v1/instances/acme:stop");
    v1::InstanceActionRequest request;
    CHECK(!fill_request({*answer.matched, R"({"name":"other"})", ""}, request, {}).ok());
    request.Clear();
    CHECK(!fill_request({*answer.matched, R"({"request_id":"a"})", "b"}, request, {}).ok());
    const RouteAnswer unknown = find_route(HttpMethod::Get, "/v1/instances?colour=red");
    v1::ListInstancesRequest listing;
    const Status status = fill_request({*unknown.matched, "", ""}, listing, {});
    REQUIRE(!status.ok());
    CHECK(status.failure().details.front().value == "?colour");
    const RouteAnswer twice = find_route(HttpMethod::Get, "/v1/instances?page_size=1&page_size=2");
    listing.Clear();
    const Status doubled = fill_request({*twice.matched, "", ""}, listing, {});
    REQUIRE(!doubled.ok());
    CHECK(doubled.failure().details.front().value == "?page_size");
}

TEST_CASE("an error has one shape") {
    const Error failure = error(ErrorCode::NotFound, "no \"x\"", {{"rule", "a"}, {"rule", "b"}});
    CHECK(error_body(failure, "req-1") ==
          "{\"code\":\"not_found\",\"message\":\"no "
          "\\\"x\\\"\",\"details\":[{\"key\":\"rule\",\"value\":\"a\"},"
          "{\"key\":\"rule\",\"value\":\"b\"}],\"request_id\":\"req-1\","
          "\"doc\":\"/v1/docs#code-not_found\"}\n");
    CHECK(http_status_of(ErrorCode::ResourceExhausted) == 429);
}
