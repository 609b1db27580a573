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
    const std::string down = shape_anew({LineSide::Down, KbitPerSecond(70'000)});
    for (const char* line :
         {"qdisc add dev capdown root handle 1: htb default 20\n",
          "classid 1:1 htb rate 70000kbit ceil 70000kbit burst 43750 cburst 43750 overhead 80",
          "classid 1:10 htb rate 2000kbit ceil 17500kbit", "classid 1:20 htb rate 68000kbit",
          "tbf rate 1000000kbit burst 3200 limit 875000\n",
          "match u16 7450 0xffff at 42 flowid 1:10\n"}) {
        CAPTURE(line);
        CHECK(has(down, line));
    }
}

TEST_CASE("a changed shape keeps its queues") {
    const Shape shape{LineSide::Up, KbitPerSecond(250)};
    CHECK(shape_changed(shape).find("add") == std::string::npos);
    CHECK(has(shape_changed(shape), "class change dev capup parent 1: classid 1:1"));
    CHECK(has(shape_changed(shape), "qdisc change dev capup parent 1:20"));
    CHECK(has(shape_changed(shape), "limit 64000\n"));
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
