#include "node-agent/net/cap_scripts.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

const LineCaps both{KbitPerSecond(7'000), KbitPerSecond(70'000)};

}  // namespace

TEST_CASE("a shape holds the cap and lets the groups' mail go first") {
    const std::string down = shape_anew({LineSide::Down, KbitPerSecond(70'000), false});
    for (const char* line :
         {"qdisc add dev capdown root handle 1: htb default 20\n",
          "classid 1:1 htb rate 70000kbit ceil 70000kbit burst 43750 cburst 43750 overhead 80",
          "classid 1:10 htb rate 2000kbit ceil 17500kbit", "classid 1:20 htb rate 68000kbit",
          "bfifo limit 437500\n", "match u16 7450 0xffff at 42 flowid 1:10\n"}) {
        CAPTURE(line);
        CHECK(has(down, line));
    }
}

TEST_CASE("where packets come in bundles, what each grows by is taken off the rate") {
    const char* less = "classid 1:1 htb rate 66266kbit";
    CHECK(has(shape_anew({LineSide::Down, KbitPerSecond(70'000), true}), less));
    CHECK(has(shape_anew({LineSide::Up, KbitPerSecond(70'000), false}), less));
}

TEST_CASE("a changed shape keeps its queues") {
    const Shape shape{LineSide::Up, KbitPerSecond(250), false};
    CHECK(shape_changed(shape).find("add") == std::string::npos);
    CHECK(has(shape_changed(shape), "class change dev capup parent 1: classid 1:1"));
    CHECK(has(plain_queue_changed(shape), "qdisc change dev capup parent 1:20"));
    CHECK(has(plain_queue_changed(shape), "limit 16000\n"));
}

TEST_CASE("a tunnel leads through the devices of those sides that have a cap") {
    const std::string two = lead_through("wg1", both);
    CHECK(has(two,
              "wg1 egress protocol all prio 1 u32 match u32 0 0 action mirred egress "
              "redirect dev capup\n"));
    CHECK(has(two, "wg1 ingress"));
    CHECK_FALSE(has(lead_through("wg1", {std::nullopt, KbitPerSecond(9)}), "egress protocol"));
}

TEST_CASE("dropping counts all tunnels together, and never what groups live by") {
    const std::string rules = drop_excess(both);
    CHECK(rules.starts_with("add table inet foyer_caps\ndelete table inet foyer_caps\n"));
    CHECK(has(rules, "oifname != \"wg*\" accept"));
    CHECK(has(rules, "udp dport 7450 accept"));
    CHECK(has(rules, "limit rate over 743750 bytes/second burst 37187 bytes drop"));
    CHECK(has(rules, "limit rate over 7437500 bytes/second"));
    CHECK_FALSE(has(drop_excess({KbitPerSecond(900), std::nullopt}), "prerouting"));
}
