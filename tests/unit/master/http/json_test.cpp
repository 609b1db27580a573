#include <google/protobuf/util/message_differencer.h>

#include "common/base/base64.h"
#include "common/base/random.h"
#include "common/base/rfc3339.h"
#include "foyer/api/v1/accounts.pb.h"
#include "foyer/api/v1/fleet.pb.h"
#include "foyer/api/v1/instances.pb.h"
#include "foyer/api/v1/releases.pb.h"
#include "master/http/json_parse.h"
#include "master/http/json_print.h"
#include "master/http/json_text.h"
#include "tests/support/test_seed.h"
// Last: Catch's CHECK replaces ours.
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;
namespace v1 = foyer::api::v1;

namespace {

Error refusal(std::string_view text, const JsonLimits& limits = {}) {
    v1::OrderInstanceRequest request;
    const Status status = parse_json(text, request, limits);
    REQUIRE(!status.ok());
    REQUIRE(status.failure().code == ErrorCode::InvalidArgument);
    return status.failure();
}

std::string path_of(const Error& failure) {
    for (const ErrorDetail& detail : failure.details) {
        if (detail.key == "path") return detail.value;
    }
    return "none";
}

}  // namespace

TEST_CASE("a byte order mark is no white space") {
    CHECK(refusal("\xef\xbb\xbf{}").message.find("byte order mark") != std::string::npos);
}

TEST_CASE("a message becomes the JSON of the contract") {
    v1::Instance instance;
    instance.set_name("acme");
    instance.set_state(v1::INSTANCE_STATE_RUNNING);
    instance.set_epoch(9'007'199'254'740'993ULL);
    instance.mutable_created_at()->set_seconds(1'772'368'200);
    instance.mutable_created_at()->set_nanos(250'000'000);
    auto& replica = *instance.add_replicas();
    replica.set_lag_bytes(0);
    instance.add_replicas();
    (*instance.mutable_parameters()->mutable_fields())["n"].set_number_value(5);
    const std::string json = print_json(instance);
    CHECK(json.find(R"("name":"acme","state":"running")") != std::string::npos);
    CHECK(json.find(R"("epoch":9007199254740993)") != std::string::npos);
    CHECK(json.find(R"("created_at":"2026-03-01T12:30:00.250Z")") != std::string::npos);
    CHECK(json.find(R"("lag_bytes":0)") ==
          json.rfind(R"("lag_bytes")"));  // absent on the second copy
    CHECK(json.find(R"("parameters":{"n":5})") != std::string::npos);
    CHECK(json.find(R"("owner":"")") !=
          std::string::npos);  // fields without presence are always there
}

TEST_CASE("what is not understood is refused with its path") {
    CHECK(path_of(refusal(R"({"nam":"x"})")) == "/nam");
    CHECK(path_of(refusal(R"({"policy":{"replicas":"3"}})")) == "/policy/replicas");
    CHECK(path_of(refusal(R"({"policy":{"replicas":3.5}})")) == "/policy/replicas");
    CHECK(path_of(refusal(R"({"policy":{"replicas":3000000000}})")) == "/policy/replicas");
    CHECK(path_of(refusal(R"({"policy":{"countries":["FR",1]}})")) == "/policy/countries/1");
    CHECK(path_of(refusal(R"({"policy":{"mode":"SYNCHRONOUS"}})")) == "/policy/mode");
    CHECK(path_of(refusal(R"({"policy":[]})")) == "/policy");
    CHECK(path_of(refusal(R"({"name":"a","name":"b"})")) == "/name");
    CHECK(path_of(refusal(R"({"a/b~c":1})")) == "/a~1b~0c");
    CHECK(path_of(refusal(R"({"parameters":{"x":1,"x":2}})")) == "/parameters/x");
    CHECK(refusal("[1]").message.find("object") != std::string::npos);
    for (const char* text : {"{", "{]", "nul", "\xef\xbb\xbf{}", "{\"name\":\"\xff\"}",
                             "{\"name\":1e999}", "\"x", "{} {}"})
        refusal(text);
}

TEST_CASE("depth and size of a document are bounded") {
    const std::string deep =
        R"({"parameters":{"x":)" + std::string(200'000, '[') + std::string(200'000, ']') + "}}";
    CHECK(refusal(deep).message.find("deeper") != std::string::npos);
    std::string wide = R"({"parameters":{"x":[0)";
    for (int i = 0; i < 100; ++i) wide += ",0";
    CHECK(refusal(wide + "]}}", {.depth_max = 32, .values_max = 50}).message.find("limit") !=
          std::string::npos);
}

TEST_CASE("an empty body and null members leave fields unset") {
    v1::OrderInstanceRequest request;
    REQUIRE(parse_json("  \n", request).ok());
    REQUIRE(parse_json(R"({"name":null,"policy":null})", request).ok());
    CHECK(request.name().empty());
    CHECK(!request.has_policy());
}

TEST_CASE("bytes travel as padded base64, and only in one form") {
    v1::PublishReleaseRequest request;
    REQUIRE(parse_json(R"({"signature":"AAEC/w=="})", request).ok());
    CHECK(request.signature() == std::string("\x00\x01\x02\xff", 4));
    for (const char* text : {"AAEC/w", "AAEC/x==", "AAEC=w==", "====", "A"})
        CHECK(!from_base64(text));
    CHECK(print_json(request).find("AAEC/w==") != std::string::npos);
}

TEST_CASE("times are read with any offset and written in UTC") {
    CHECK(parse_rfc3339("1970-01-01T01:00:00+01:00") == TimeParts{0, 0});
    CHECK(parse_rfc3339("2024-02-29T12:00:00.5Z")->nanos == 500'000'000);
    CHECK(print_rfc3339({-1, 0}) == "1969-12-31T23:59:59Z");
    for (const char* text : {"2023-02-29T12:00:00Z", "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z",
                             "2024-01-01 00:00:00Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z",
                             "2024-01-01T00:00:00.1234567891Z", "", "x"}) {
        CHECK(!parse_rfc3339(text));
    }
}

TEST_CASE("text that is not UTF-8 still prints as JSON") {
    std::string out;
    append_json_string(out, "a\xc3\xa9\"\\\n\x01\xff\xed\xa0\x80");
    CHECK(out == "\"a\xc3\xa9\\\"\\\\\\n\\u0001\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("a text that gRPC or the database could not carry is refused, wherever it stands") {
    CHECK(path_of(refusal(R"({"name":"a\u0000b"})")) == "/name");
    v1::OrderInstanceRequest request;
    const auto& name = *v1::OrderInstanceRequest::descriptor()->FindFieldByName("name");
    for (const std::string& text :
         {std::string("\xff"), std::string("a\0b", 3), std::string("\xed\xa0\x80")})
        CHECK_FALSE(set_from_text(request, name, text, "?name").ok());
    CHECK(set_from_text(request, name, "caf\xc3\xa9", "?name").ok());
}

TEST_CASE("a time may stand in an address, nothing else that is a message may") {
    v1::ListAuditRequest request;
    const auto set = [&](const char* name, const char* text) {
        const auto& field = *v1::ListAuditRequest::descriptor()->FindFieldByName(name);
        return set_from_text(request, field, text, "?name").ok();
    };
    CHECK(set("since", "2026-03-01T13:30:00+01:00"));
    CHECK(request.since().seconds() == 1'772'368'200);
    CHECK_FALSE(set("until", "yesterday"));
    CHECK_FALSE(set("until", "1772368200"));
    CHECK_FALSE(set("page", "{}"));
}

TEST_CASE("printing and parsing again gives the same message") {
    SeededRng rng(test::test_seed());
    for (int round = 0; round < 500; ++round) {
        v1::Node node;
        node.set_name(rng.text(rng.below(20)));
        node.set_host_class(static_cast<v1::HostClass>(rng.below(4)));
        node.set_edge(rng.below(2) == 1);
        node.set_memory_bytes(static_cast<std::int64_t>(rng.next()));
        node.set_clock_offset_ms(-static_cast<std::int64_t>(rng.below(1'000'000)));
        for (std::uint64_t i = rng.below(4); i > 0; --i) node.add_partitions(rng.text(5));
        if (rng.below(2) == 1) {
            node.mutable_last_seen_at()->set_seconds(
                static_cast<std::int64_t>(rng.below(4'000'000'000)));
            node.mutable_last_seen_at()->set_nanos(
                static_cast<std::int32_t>(rng.below(1'000'000'000)));
        }
        v1::Node again;
        const Status status = parse_json(print_json(node), again);
        REQUIRE(status.ok());
        REQUIRE(google::protobuf::util::MessageDifferencer::Equals(node, again));
    }
}

TEST_CASE("no bytes can break the parser") {
    SeededRng rng(test::test_seed());
    const std::string seed_text = R"({"name":"acme","policy":{"replicas":3,"countries":["FR"]},)"
                                  R"("parameters":{"a":[1,{"b":null}]}})";
    for (int round = 0; round < 5'000; ++round) {
        std::string text = seed_text;
        for (std::uint64_t changes = 1 + rng.below(4); changes > 0; --changes) {
            text[rng.below(text.size())] = static_cast<char>(rng.below(256));
        }
        v1::OrderInstanceRequest request;
        const Status status = parse_json(text, request);
        if (!status.ok()) REQUIRE(status.failure().code == ErrorCode::InvalidArgument);
    }
}
