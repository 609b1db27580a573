// A request of the HTTPS API: "METHOD target", the Idempotency-Key, and the body from line 3 on.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <memory>

#include "common/base/check.h"
#include "master/app/access.h"
#include "master/http/api_protos.h"
#include "master/http/json_print.h"
#include "master/http/request_message.h"
#include "master/http/router.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

namespace pb = google::protobuf;

std::unique_ptr<pb::Message> request_of(std::string_view rpc) {
    const pb::MethodDescriptor& method =
        master::method_of(*pb::DescriptorPool::generated_pool(), rpc);
    return std::unique_ptr<pb::Message>(
        pb::MessageFactory::generated_factory()->GetPrototype(method.input_type())->New());
}

std::string_view take_until(std::string_view& rest, char end) {
    const std::size_t at = rest.find(end);
    const std::string_view taken = rest.substr(0, at);
    rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
    return taken;
}

// What was accepted is what gRPC would carry and the database could hold, and reads the same once
// printed.
void check_message(const pb::Message& message) {
    const std::unique_ptr<pb::Message> carried(message.New());
    CHECK(carried->ParseFromString(message.SerializeAsString()));
    const std::unique_ptr<pb::Message> read(message.New());
    const std::string printed = master::print_json(message);
    CHECK(master::parse_json(printed, *read).ok());
    CHECK(master::print_json(*read) == printed);
}

void feed(std::string_view bytes) {
    static const master::State nobody{master::ClusterSettings()};
    const auto method = master::http_method_from(take_until(bytes, ' '));
    const std::string_view target = take_until(bytes, '\n');
    const std::string_view key = take_until(bytes, '\n');
    discard(master::bearer_of(key), "only that it returns");
    discard(master::caller_of(nobody, key, WallTime{}), "only that it returns");
    if (!method) return;
    const auto answer = master::find_route(*method, target);
    if (!answer.matched || answer.matched->route->rpc.empty()) return;
    const auto message = request_of(answer.matched->route->rpc);
    const master::RequestParts parts{*answer.matched, bytes, key};
    if (master::fill_request(parts, *message, {}).ok()) check_message(*message);
}

std::vector<std::string> seeds() {
    std::vector<std::string> made = {
        "POST /v1/instances\nkey-1\n"
        R"({"name":"acme","release":"tryton","size":"s","parameters":{"n":1.5,"a":)"
        R"([null,{"b":true}]},"policy":{"replicas":3,"countries":["FR","BE"],"mode":"synchronous"})"
        R"(,"validate_only":true})",
        "POST /v1/software-releases\nkey-1\n"
        R"({"release_json":"e30=","signature":"AAEC","publisher_key":"AAEC"})",
        "GET /v1/instances?page_size=10&page_token=YQ\n\n",
        "GET /v1/operations/op-1?wait_ms=1000&after_revision=7\n\n",
        "POST /v1/instances/acme:stop\nfoyer_a_b\n{\"validate_only\":true}",
        "PUT /v1/blobs/sha256:aa\nBearer foyer_a_b\n",
        "DELETE /v1/nodes/lille%2d1\nkey\n",
        "POST "
        "/v1/"
        "node-tokens\nk\n{\"node\":\"lille-1\",\"site\":\"lille\",\"edge\":true,\"valid_seconds\":"
        "9223372036854775807}"};
    for (const master::Route& route : master::routes::table)
        made.push_back(std::string(to_text(route.method)) + " " + std::string(route.path) +
                       "\n\n{\"name\":\"a\"}");
    return made;
}

}  // namespace

const Target http_request{"http_request", feed, seeds, 6'000};

}  // namespace foyer::fuzz
