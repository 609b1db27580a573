#include "master/app/presence.h"

#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace foyer;
using namespace foyer::master;

namespace {

std::vector<NodeId> boxes(int count) {
    std::vector<NodeId> names;
    for (int i = 0; i < count; ++i) names.emplace_back("n" + std::to_string(i));
    return names;
}

void all_heard(Presence& presence, const std::vector<NodeId>& nodes, const Clock& clock) {
    for (const NodeId& node : nodes) presence.heard(node, clock.wall(), 0);
}

}  // namespace

TEST_CASE("after a start every box has the full silence time") {
    test::FakeClock clock;
    const Presence presence(clock, {});
    const auto nodes = boxes(1);
    clock.advance(Duration(74'999));
    CHECK(presence.judge(nodes).silent.empty());
    clock.advance(Duration(1));
    CHECK(presence.judge(nodes).silent == nodes);
}

TEST_CASE("a network is believed once it was called from for long enough, without a break") {
    test::FakeClock clock;
    Presence presence(clock, {});
    const NodeId node("n0");
    const AutonomousSystem home{Asn(64501), "ISP"};
    const AutonomousSystem air{Asn(64999), "Mobile"};
    CHECK_FALSE(presence.line(node, Duration(0)));
    presence.called_from(node, home);
    CHECK(presence.line(node, Duration(0)) == home);
    CHECK_FALSE(presence.line(node, Duration(1'000)));
    clock.advance(Duration(1'000));
    presence.called_from(node, home);
    CHECK(presence.line(node, Duration(1'000)) == home);
    presence.called_from(node, air);
    CHECK_FALSE(presence.line(node, Duration(1'000)));
    clock.advance(Duration(999));
    presence.called_from(node, home);  // the cable is back
    clock.advance(Duration(999));
    CHECK_FALSE(presence.line(node, Duration(1'000)));
    clock.advance(Duration(1));
    CHECK(presence.line(node, Duration(1'000)) == home);
}

TEST_CASE("a silence, or a call from nowhere, begins the time anew") {
    test::FakeClock clock;
    Presence presence(clock, {.silent_after = Duration(1'000)});
    const NodeId node("n0");
    const AutonomousSystem air{Asn(64999), "Mobile"};
    presence.called_from(node, air);
    clock.advance(Duration(1'000));
    presence.called_from(node, air);
    CHECK_FALSE(presence.line(node, Duration(1)));
    clock.advance(Duration(500));
    presence.called_from(node, std::nullopt);
    CHECK_FALSE(presence.line(node, Duration(0)));
    clock.advance(Duration(500));
    presence.called_from(node, air);
    CHECK_FALSE(presence.line(node, Duration(1)));
    CHECK(presence.line(node, Duration(0)) == air);
}

TEST_CASE("one box of many falls silent alone") {
    test::FakeClock clock;
    Presence presence(clock, {});
    auto nodes = boxes(10);
    all_heard(presence, nodes, clock);
    clock.advance(Duration(50'000));
    all_heard(presence, {nodes.begin() + 1, nodes.end()}, clock);
    clock.advance(Duration(25'000));
    const Silence verdict = presence.judge(nodes);
    CHECK(verdict.silent == std::vector<NodeId>{NodeId("n0")});
    CHECK(!verdict.isolated);
}

TEST_CASE(
    "a master that hears nobody accuses nobody, even when boxes fall silent one after another") {
    test::FakeClock clock;
    Presence presence(clock, {});
    const auto nodes = boxes(10);
    // Heartbeats spread over a hold of 30 s, then the master's own line is cut.
    for (const NodeId& node : nodes) {
        presence.heard(node, clock.wall(), 0);
        clock.advance(Duration(3'000));
    }
    for (int second = 0; second < 300; ++second) {
        clock.advance(Duration(1'000));
        CHECK(presence.judge(nodes).silent.empty());
    }
    CHECK(presence.judge(nodes).isolated);
    // Most are back: what is still quiet is really silent.
    all_heard(presence, {nodes.begin() + 2, nodes.end()}, clock);
    CHECK(presence.judge(nodes).silent.size() == 2);
}

TEST_CASE("two boxes are too few to tell who is cut off") {
    test::FakeClock clock;
    Presence presence(clock, {});
    const auto nodes = boxes(2);
    all_heard(presence, nodes, clock);
    clock.advance(Duration(80'000));
    CHECK(presence.judge(nodes).silent.size() == 2);
}

TEST_CASE("a heartbeat is remembered with what it carries") {
    test::FakeClock clock;
    Presence presence(clock, {});
    const NodeId node("n0");
    CHECK(!presence.find(node));
    presence.heard(node, clock.wall() + Duration(86'400'000), 5'000);
    presence.heard(node, clock.wall() + Duration(86'400'000), 0);
    presence.acknowledge(node, 7, true);
    presence.acknowledge(node, 5, false);
    const auto seen = presence.find(node);
    REQUIRE(seen);
    CHECK(seen->clock_offset == Duration(86'400'000));
    CHECK(seen->disk_free_bytes == 5'000);
    CHECK(seen->acknowledged == 7);
    CHECK(seen->reported_in_full);
    CHECK(presence.online_count() == 1);
    presence.forget(node);
    CHECK(!presence.find(node));
}

TEST_CASE("a report that was overtaken is no news, until the newer one turns out to be lost") {
    const test::FakeClock clock;
    Presence presence(clock, {});
    const NodeId node("n0");
    CHECK(presence.take(node, 5));
    CHECK_FALSE(presence.take(node, 4));
    CHECK_FALSE(presence.take(node, 5));
    CHECK(presence.take(node, 0));
    presence.acknowledge(node, 5, false);
    CHECK(presence.take(node, 7));
    presence.give_back(node);
    CHECK_FALSE(presence.take(node, 5));
    CHECK(presence.take(node, 6));
}
