// The judgements of foyer doctor.
#include "master/cli/diagnosis.h"

#include <nlohmann/json.hpp>

#include "common/base/http_date.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::cli;

namespace {

constexpr WallTime noon{1'772'366'400'000};  // 2026-03-01T12:00:00Z
constexpr Duration day{86'400'000};

tls::CertificateFacts certificate_of(std::vector<std::string> names) {
    tls::CertificateFacts facts;
    facts.dns_names = std::move(names);
    facts.ip_addresses = {"192.0.2.1"};
    facts.not_after = noon + 30 * day;
    return facts;
}

Health clock_that_differs(Duration offset) {
    return judge_clock(to_http_date(noon), noon + offset, noon + offset).health;
}

}  // namespace

TEST_CASE("a certificate covers its names, and a star stands for one label") {
    const auto facts = certificate_of({"cloud.example", "*.homes.example"});
    for (const char* host : {"cloud.example", "a.homes.example", "192.0.2.1"}) {
        INFO(host);
        CHECK(covers(facts, host));
    }
    for (const char* host : {"example", "homes.example", ".homes.example", "a.b.homes.example",
                             "xcloud.example", "192.0.2.2", ""}) {
        INFO(host);
        CHECK_FALSE(covers(facts, host));
    }
}

TEST_CASE("a certificate is wrong for another name, and a warning in its last week") {
    const auto facts = certificate_of({"cloud.example"});
    CHECK(judge_certificate(facts, "cloud.example", noon).health == Health::Well);
    CHECK(judge_certificate(facts, "cloud.example", noon + 24 * day).health == Health::Warning);
    const Finding other = judge_certificate(facts, "other.example", noon);
    CHECK(other.health == Health::Wrong);
    CHECK(other.code == ErrorCode::PermissionDenied);
    CHECK_FALSE(other.next.empty());
}

TEST_CASE("a clock is wrong beyond a minute, and what an answer's whole seconds hide is nothing") {
    CHECK(clock_that_differs(Duration(0)) == Health::Well);
    CHECK(clock_that_differs(Duration(1999)) == Health::Well);
    CHECK(clock_that_differs(Duration(-1999)) == Health::Well);
    CHECK(clock_that_differs(Duration(10'000)) == Health::Warning);
    CHECK(clock_that_differs(Duration(-10'000)) == Health::Warning);
    CHECK(clock_that_differs(Duration(61'000)) == Health::Wrong);
    CHECK(clock_that_differs(Duration(-61'000)) == Health::Wrong);
    // A slow answer is no wrong clock.
    CHECK(judge_clock(to_http_date(noon), noon + Duration(-90'000), noon + Duration(500)).health ==
          Health::Well);
    CHECK(judge_clock("yesterday", noon, noon).health == Health::Skipped);
}

TEST_CASE("an answer of another shape is no bug of the doctor's") {
    for (const char* text : {"null", "[]", "{}", "7", "[null, 7, {}]", "\"x\"",
                             R"([{"name": 7, "state": {}, "wish": "draining", "partitions": [1]}])",
                             R"({"roles": "operator", "token_expires_at": []})"}) {
        INFO(text);
        const Json odd = Json::parse(text);
        CHECK_NOTHROW(judge_token(odd, noon));
        CHECK_NOTHROW(judge_version(odd));
        CHECK_NOTHROW(judge_silence(odd));
        CHECK_NOTHROW(judge_refusals(odd));
        CHECK_NOTHROW(judge_instances(odd));
        CHECK_NOTHROW(judge_mail(odd));
        CHECK_NOTHROW(judge_drains(odd, {odd}));
        CHECK_NOTHROW(judge_drains(odd, {}));
    }
}

TEST_CASE("hosts that refuse are counted, and warned of where half of them refuse the same") {
    const auto judge = [](const char* nodes) { return judge_refusals(Json::parse(nodes)); };
    CHECK(judge(R"([{"name": "a"}, {"name": "b"}])").said == "no host refuses anything");
    const Finding few =
        judge(R"([{"name": "a", "refuses": {"kinds": ["mail"]}}, {"name": "b"}, {"name": "c"}])");
    CHECK(few.health == Health::Well);
    CHECK(few.said == "1 of 3 boxes refuse something");
    const Finding many = judge(
        R"([{"name": "a", "refuses": {"kinds": ["mail"], "countries": ["RU"]}},
            {"name": "b", "refuses": {"countries": ["RU", "US"]}}, {"name": "c"},
            {"name": "e", "edge": true}])");
    CHECK(many.health == Health::Warning);
    CHECK(many.said == "2 of 3 boxes take no tenants of RU: such orders may find no room");
    CHECK_FALSE(many.next.empty());
}
