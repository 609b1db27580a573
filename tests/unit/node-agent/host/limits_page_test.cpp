#include "node-agent/host/limits_page.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "node-agent/host/give_limits.h"
#include "node-agent/host/host_request.h"
#include "tests/support/catch.h"
#include "tests/support/plain_zone.h"

using namespace foyer;
using namespace foyer::agent;
using test::utc;

namespace {

LimitsState ours() {
    ::setenv("TZ", "UTC", 1);
    LimitsState state;
    state.limits.caps = {KbitPerSecond(20'000), KbitPerSecond(100'000)};
    state.limits.active_caps = {KbitPerSecond(5'000), std::nullopt};
    state.limits.month = Bytes(500'000'000'000);
    state.limits.quiet = {{22 * 60 + 30, 6 * 60 + 30, QuietAct::Pause}};
    state.force.caps = {KbitPerSecond(5'000), KbitPerSecond(100'000)};
    state.force.why = CapReason::HouseholdActive;
    state.held = {state.force.caps, CapMeans::Queue, ""};
    state.month = {2026, 11};
    state.used = {Bytes(100'000'000'000), Bytes(23'400'000'000)};
    state.month_end = utc(2026, 12, 1, 0, 0);
    state.up_now = KbitPerSecond(1'200);
    return state;
}

nlohmann::json status(const LimitsState& state) { return {{"limits", limits_json(state)}}; }

void check_holds(const std::string& page, std::initializer_list<const char*> parts) {
    for (const char* part : parts) {
        CAPTURE(page, part);
        CHECK(page.find(part) != std::string::npos);
    }
}

}  // namespace

TEST_CASE("the status tells what is in force and why") {
    check_holds(limits_lines(status(ours())),
                {"limits   at most up 5, down 100 Mbit/s: the household needs its line\n",
                 "limits   123.4 GB of 500 GB in 2026-11\n"});
    LimitsState paused = ours();
    paused.force.pause = LimitPause{PauseReason::MonthUsed, paused.month_end};
    check_holds(limits_lines(status(paused)),
                {"paused until 2026-12-01 00:00: this month's traffic is used up"});
    paused.force.pause->reason = PauseReason::QuietHours;
    check_holds(limits_lines(status(paused)), {"paused until 2026-12-01 00:00: quiet hours"});
    paused.lost = true;
    check_holds(limits_lines(status(paused)),
                {"cannot be read any more", "foyer-node limits clear"});
    CHECK(limits_lines(status({})).empty());
    LimitsState failed = ours();
    failed.held = {{}, CapMeans::None, "no tc"};
    check_holds(limits_lines(status(failed)), {"held by nothing: no tc"});
}

TEST_CASE("who looks at his limits sees all of them") {
    check_holds(limits_page(status(ours()).dump()).value(),
                {"upload   at most 20 Mbit/s, 5 while the household needs its line\n",
                 "download at most 100 Mbit/s\n",
                 "month    at most 500 GB; 123.4 GB in 2026-11 (100 GB up, 23.4 GB down); the next "
                 "begins 2026-12-01 00:00\n",
                 "quiet    22:30-06:30=pause\n", "moving   up 1.2, down 0 Mbit/s\n",
                 "held by  a queue for each direction (this kernel has no fq_codel"});
    check_holds(limits_page(status({}).dump()).value(),
                {"no limits are set; set some: foyer-node limits --upload 20", "quiet    never"});
}

TEST_CASE("what is no status is told from one, whatever it is") {
    for (const char* text : {"", "[]", "{}", R"({"limits": 7})", R"({"limits": {"set": []}})",
                             R"({"limits": {"set": {"upload_kbit": -1}}})"}) {
        CAPTURE(text);
        CHECK(limits_in(text).failure().message.find("restart foyer-node") != std::string::npos);
        CHECK_FALSE(limits_page(text).ok());
    }
    CHECK(limits_lines(nlohmann::json{{"limits", {{"pause", 3}, {"month", "x"}}}}).empty());
}

TEST_CASE("the agent is told all limits, and what was given is changed in them") {
    std::vector<std::string> asked;
    std::string refusal;
    const auto ask = [&](const std::string& line) -> Result<std::string> {
        asked.push_back(line);
        return asked.size() == 2 && !refusal.empty() ? refusal : status(ours()).dump();
    };
    CHECK(limits_in(give_limits({}, ask).value()).value() == ours().limits);
    CHECK(asked.size() == 1);
    asked.clear();
    LimitsOrder order;
    order.edit.upload = "30";
    REQUIRE(give_limits(order, ask).ok());
    HostLimits wanted = ours().limits;
    wanted.caps.upload = KbitPerSecond(30'000);
    REQUIRE(asked.size() == 2);
    CHECK(parse_request(asked[1], {}).value().limits == wanted);
    asked.clear();
    refusal = refusal_json(error(ErrorCode::ResourceExhausted, "the disk is full"));
    CHECK(give_limits({HostLimits{}, {}}, ask).failure().message == "the disk is full");
    CHECK(parse_request(asked[1], {}).value().limits == HostLimits{});
    asked.clear();
    order.edit.upload = "nonsense";
    CHECK_FALSE(give_limits(order, ask).ok());
    CHECK(asked.size() == 1);
}
