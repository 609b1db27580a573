#include "node-agent/app/hook_output.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

TEST_CASE("a primary's position tells of those who copy from it") {
    const auto report =
        parse_position(
            R"({"role":"primary","epoch":3,"timeline":1,"flushed_bytes":50331744,"receiving":false,
        "replicas":[{"name":"r1g1","state":"streaming","sync_state":"quorum","lag_bytes":7}]})")
            .value();
    CHECK(report.leads);
    CHECK(report.position == Position{Epoch(3), 50331744, false});
    CHECK(report.followers == std::vector<FollowerView>{{"r1g1", "streaming", "quorum", 7}});
}

TEST_CASE("what is not a position is refused") {
    for (const char* bad :
         {"", "[]", "7", "{}", R"({"role":"king","epoch":1,"flushed_bytes":1})",
          R"({"role":"standby","epoch":-1,"flushed_bytes":1})", R"({"role":"standby","epoch":1})",
          R"({"role":"standby","epoch":1,"flushed_bytes":1.5})",
          R"({"role":"standby","epoch":1,"flushed_bytes":99999999999999999999})",
          R"({"role":"standby")"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_position(bad).ok());
    }
}

TEST_CASE("health is two truths and a detail") {
    CHECK(parse_health(R"({"healthy":true,"ready":false,"detail":"waiting"})").value() ==
          Health{true, false, false, "waiting"});
    CHECK(parse_health(R"({"healthy":true,"ready":true,"diverged":true})").value().diverged);
    for (const char* bad :
         {"", "yes", "{}", R"({"healthy":1,"ready":true})", R"({"healthy":true})"})
        CHECK_FALSE(parse_health(bad).ok());
    CHECK(
        parse_health(R"({"healthy":true,"ready":true,"detail":")" + std::string(5000, 'x') + "\"}")
            .value()
            .detail.size() <= 512);
}

TEST_CASE("a position that no report could carry is refused") {
    const auto at = [](const std::string& bytes) {
        return parse_position(R"({"role":"standby","epoch":1,"flushed_bytes":)" + bytes + "}");
    };
    CHECK(at("1152921504606846976").ok());
    CHECK_FALSE(at("1152921504606846977").ok());
}
