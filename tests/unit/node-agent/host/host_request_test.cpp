#include "node-agent/host/host_request.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

constexpr WallTime now{1'780'000'000'000};

std::string refused(const std::string& line) {
    const auto request = parse_request(line, now);
    return request.ok() ? "" : request.failure().message;
}

}  // namespace

TEST_CASE("requests are read as they were written") {
    for (const HostRequest& request :
         {HostRequest{}, HostRequest{HostOrder{HostWish::Paused, std::nullopt}, {}},
          HostRequest{HostOrder{HostWish::Draining, now + Duration(60'000)}, {}},
          HostRequest{HostOrder{HostWish::Serving, std::nullopt}, {}}})
        CHECK(parse_request(to_line(request), now).value() == request);
}

TEST_CASE("limits are read as they were written, and nonsense is none") {
    HostLimits limits;
    limits.caps.upload = KbitPerSecond(20'000);
    limits.quiet = {{22 * 60 + 30, 6 * 60 + 30, QuietAct::Pause}};
    for (const HostLimits& one : {limits, HostLimits{}}) {
        const HostRequest request{std::nullopt, one};
        CHECK(parse_request(to_line(request), now).value() == request);
    }
    for (const char* line : {R"({"do": "limits"})", R"({"do": "limits", "limits": 7})",
                             R"({"do": "limits", "limits": {"upload_kbit": 20000}})"})
        CHECK(refused(line).find("'limits' are none") != std::string::npos);
    limits.caps.upload = KbitPerSecond(1);
    CHECK(refused(to_line({std::nullopt, limits})).find("from 0.25") != std::string::npos);
}

TEST_CASE("what is no request changes nothing and is told why") {
    for (const char* line :
         {"", "[]", "{", "{}", R"({"do": 1})", R"({"do": "erase"})", R"({"do": "order"})",
          R"({"do": "order", "wish": "sleeping"})", R"({"do": "order", "wish": ["paused"]})",
          R"({"do": "order", "wish": "paused", "until_unix_ms": -5})",
          R"({"do": "order", "wish": "paused", "until_unix_ms": 1e300})",
          R"({"do": "order", "wish": "paused", "until_unix_ms": 18446744073709551615})",
          R"({"do": "order", "wish": "serving", "until_unix_ms": 1990000000000})"}) {
        CAPTURE(line);
        CHECK_FALSE(refused(line).empty());
    }
    CHECK(refused(R"({"do": "order", "wish": "paused", "until_unix_ms": 1780000000000})") ==
          "2026-05-28T20:26:40.000Z is over already");
    CHECK(refused(R"({"do": "order", "wish": "paused", "until_unix_ms": 1880000000000})")
              .find("more than a year away") != std::string::npos);
}

TEST_CASE("a refusal is told from a document") {
    CHECK(refusal_in(refusal_json(error(ErrorCode::Unavailable, "the disk is full"))) ==
          "the disk is full");
    CHECK(refusal_in(R"({"node": "lille-1"})") == std::nullopt);
    CHECK(refusal_in("nonsense") == std::nullopt);
}

TEST_CASE("refusals are read as they were written, and nonsense is none") {
    HostRequest request;
    request.refuses = HostRefusals{{{CountryCode("RU")}, {ReleaseKind::Mail}}, true};
    CHECK(parse_request(to_line(request), now).value() == request);
    request.refuses = HostRefusals{};
    CHECK(parse_request(to_line(request), now).value() == request);
    for (const char* line :
         {R"({"do": "refuse"})", R"({"do": "refuse", "refuses": []})",
          R"({"do": "refuse", "refuses": {"countries": ["RU"], "kinds": ["exec"], "now": false}})",
          R"({"do": "refuse", "refuses": {"countries": "RU", "kinds": [], "now": false}})"})
        CHECK(refused(line).find("'refuses' are no countries") != std::string::npos);
    CHECK(
        refused(R"({"do": "refuse", "refuses": {"countries": ["UK"], "kinds": [], "now": false}})")
            .find("'UK' is no country") != std::string::npos);
    std::string all = R"({"do": "refuse", "refuses": {"countries": [)";
    for (std::size_t i = 0; i < refused_countries_max; ++i) all += R"("RU", )";
    all += R"("ZZ"], "kinds": ["erp", "database", "web", "mail", "other"], "now": true}})";
    CHECK(refused(all).empty());
    CHECK(all.size() < 4096);  // request_bytes_max of the door
}

TEST_CASE("upgrades are switched on and off, by true and false alone") {
    HostRequest request;
    for (const bool on : {true, false}) {
        request.upgrades = on;
        CHECK(parse_request(to_line(request), now).value() == request);
    }
    CHECK(refused(R"({"do": "upgrades"})").find("'on' is not true or false") != std::string::npos);
    CHECK(refused(R"({"do": "upgrades", "on": 1})").find("'on' is not") != std::string::npos);
}
