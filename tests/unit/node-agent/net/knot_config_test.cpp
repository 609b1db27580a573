#include "node-agent/net/knot_config.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

KnotSettings settings() {
    return {.folder = "/data/zone",
            .run_dir = "/run/zone/knot",
            .addresses = knot_addresses("::"),
            .port = 5353,
            .zone = "cloud.example.org"};
}

}  // namespace

TEST_CASE("the configuration names one zone, its listeners and its limits") {
    const std::string text = knot_config(settings()).value();
    for (const char* part : {"listen: [ \"0.0.0.0@5353\", \"::@5353\" ]", "rate-limit: 100",
                             "domain: \"cloud.example.org\"", "file: \"/data/zone/zone.txt\"",
                             "tcp-max-clients: 100", "journal-content: none"}) {
        CAPTURE(part);
        CHECK(text.find(part) != std::string::npos);
    }
    // Knot transfers to, and takes updates from, nobody who is not named.
    for (const char* part : {"acl", "master", "notify", "remote", "update"}) {
        CAPTURE(part);
        CHECK(text.find(part) == std::string::npos);
    }
}

TEST_CASE("what could say something else to the server is refused") {
    for (const auto& spoil : std::vector<std::function<void(KnotSettings&)>>{
             [](KnotSettings& all) { all.folder = "/data\"\nserver:"; },
             [](KnotSettings& all) { all.run_dir = "/run\nx"; },
             [](KnotSettings& all) { all.folder = ""; },
             [](KnotSettings& all) { all.zone = "a\"b"; },
             [](KnotSettings& all) { all.addresses = {"::\", \"0.0.0.0"}; },
             [](KnotSettings& all) { all.addresses = {""}; }}) {
        KnotSettings bad = settings();
        spoil(bad);
        CHECK(knot_config(bad).failure().code == ErrorCode::InvalidArgument);
    }
}

TEST_CASE("every address is both kinds, and the box asks itself on loopback") {
    CHECK(knot_addresses("::") == std::vector<std::string>{"0.0.0.0", "::"});
    CHECK(knot_addresses("198.18.1.11") == std::vector<std::string>{"198.18.1.11"});
    CHECK(own_listener("::") == "127.0.0.1");
    CHECK(own_listener("0.0.0.0") == "127.0.0.1");
    CHECK(own_listener("198.18.1.11") == "198.18.1.11");
}
