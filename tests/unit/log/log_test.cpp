#include "common/log/log.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "common/model/ids.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace foyer;

namespace {

struct World {
    CapturingSink sink;
    test::FakeClock clock;
    Log log{sink, clock};
    nlohmann::json only() {
        REQUIRE(sink.lines().size() == 1);
        return nlohmann::json::parse(sink.lines().front());
    }
};

}  // namespace

TEST_CASE("an event is one line of JSON with typed fields") {
    World world;
    world.log.warn("node_silent", {{"node", NodeId("lille-1")},
                                   {"silent_s", 93},
                                   {"edge", false},
                                   {"revision", Revision(7)}});
    const auto line = world.only();
    CHECK(line["time"] == "2026-03-01T12:30:00.250Z");
    CHECK(line["level"] == "warn");
    CHECK(line["event"] == "node_silent");
    CHECK(line["node"] == "lille-1");
    CHECK(line["silent_s"] == 93);
    CHECK(line["edge"] == false);
    CHECK(line["revision"] == 7);
}

TEST_CASE("a secret prints three stars everywhere") {
    World world;
    const Secret<std::string> secret(std::string("hunter2"));
    world.log.info("token_made", {{"secret", secret}});
    std::ostringstream text;
    text << secret;
    CHECK(world.only()["secret"] == "***");
    CHECK(text.str() == "***");
    CHECK_FALSE(world.sink.holds("hunter2"));
}

TEST_CASE("whatever bytes come in, the line stays valid JSON") {
    World world;
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    all += "\xe2\x82\xac \xf0\x9f\x8f\xa0 \xed\xa0\x80 \xc0\xaf";
    world.log.info("odd", {{"text", all}});
    CHECK(world.only()["text"].get<std::string>().find("€ 🏠") != std::string::npos);
    CHECK(world.sink.lines().front().find('\n') == std::string::npos);
}

TEST_CASE("a long text is cut") {
    World world;
    world.log.info("long", {{"text", std::string(100'000, 'x')}});
    const auto text = world.only()["text"].get<std::string>();
    CHECK(text.size() < Log::text_bytes_max + 8);
    CHECK(text.ends_with("…"));
}

TEST_CASE("events below the level are dropped") {
    World world;
    Log quiet(world.sink, world.clock, LogLevel::Error);
    quiet.warn("a");
    CHECK(world.sink.lines().empty());
    quiet.error("b");
    CHECK(world.sink.lines().size() == 1);
}

TEST_CASE("a swallowed error carries its code and message") {
    World world;
    world.log.failure(LogLevel::Warn, "sync_failed", error(ErrorCode::Unavailable, "no route"),
                      {{"attempt", 3}});
    const auto line = world.only();
    CHECK(line["code"] == "unavailable");
    CHECK(line["error"] == "no route");
    CHECK(line["attempt"] == 3);
}

TEST_CASE("levels read back as they print") {
    using enum LogLevel;
    for (const LogLevel level : {Debug, Info, Warn, Error})
        CHECK(log_level_from(to_text(level)) == level);
    CHECK_FALSE(log_level_from("loud").has_value());
}
