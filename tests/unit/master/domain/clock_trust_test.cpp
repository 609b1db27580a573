#include "master/domain/clock_trust.h"

#include "master/domain/repair.h"
#include "tests/support/catch.h"
#include "tests/support/groups_that_elect.h"
#include "tests/support/obedient_boxes.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::begun_group;
using foyer::test::following;
using foyer::test::hear_leader;
using foyer::test::noon;
using foyer::test::record_led_by;
using foyer::test::World;
using foyer::test::world_of_groups;
namespace lead = foyer::leadership;

namespace {

constexpr Duration minute{60'000};
constexpr Duration hour_ahead{3'600'000};

Sighting sighting(const NodeId& node, WallTime at, Duration offset,
                  std::optional<std::int64_t> rate = 0) {
    return {node, at, offset, {}, rate};
}

// What a minute's sightings say: these boxes are an hour ahead, the others right.
void look(World& world, const std::set<NodeId>& wrong) {
    world.now = world.now + minute;
    NoteSightings command;
    for (const auto& [name, node] : world.state.nodes())
        command.seen.push_back(
            sighting(name, world.now, wrong.contains(name) ? hour_ahead : Duration(40)));
    world.run(command);
}

void look(World& world, const std::set<NodeId>& wrong, int minutes) {
    for (int i = 0; i < minutes; ++i) look(world, wrong);
}

const BoxClock& clock_of(const World& world, const NodeId& node) {
    return world.state.nodes().at(node).clock;
}

std::optional<GroupProposal> proposal(const World& world) {
    return group_wish(world.state, world.instance("acme")).proposal;
}

// acme, led by copy 0, all well.
World well_group() {
    World world = begun_group();
    hear_leader(world, record_led_by(world, 0, 3));
    for (int index = 1; index < 3; ++index) world.report(following(world, index, 3));
    return world;
}

}  // namespace

TEST_CASE("a clock is doubted first, and barred when it stays wrong") {
    const ClockSettings settings;
    const NodeId box("box");
    BoxClock clock = next_clock({}, sighting(box, noon, hour_ahead), false, settings);
    CHECK(clock == BoxClock{ClockStanding::Doubted, ClockFault::Time, noon});
    CHECK(next_clock(clock, sighting(box, noon + minute, Duration(0)), false, settings) ==
          BoxClock{});
    clock = next_clock(clock, sighting(box, noon + minute, hour_ahead), false, settings);
    CHECK(clock.standing == ClockStanding::Doubted);
    clock = next_clock(clock, sighting(box, noon + 2 * minute, -hour_ahead), false, settings);
    CHECK(clock == BoxClock{ClockStanding::Barred, ClockFault::Time, std::nullopt});
}

TEST_CASE("a barred clock is trusted again once it was right for a while without a break") {
    const ClockSettings settings;
    const NodeId box("box");
    const auto right_at = [&](int minutes) {
        return sighting(box, noon + minutes * minute, Duration(500));
    };
    const BoxClock barred{ClockStanding::Barred, ClockFault::Time, std::nullopt};
    BoxClock clock = next_clock(barred, right_at(0), false, settings);
    CHECK(clock == BoxClock{ClockStanding::Barred, ClockFault::Time, noon});
    CHECK(next_clock(clock, right_at(14), false, settings) == clock);
    CHECK(next_clock(clock, right_at(15), false, settings) == BoxClock{});
    clock = next_clock(clock, sighting(box, noon + minute, hour_ahead), false, settings);
    CHECK_FALSE(clock.since);
}

TEST_CASE("a rate beyond the bound counts as well, and is not mended by what is not known") {
    const ClockSettings settings;
    const NodeId box("box");
    CHECK(fault_of(sighting(box, noon, Duration(0), 500), ClockFault::None) == ClockFault::None);
    CHECK(fault_of(sighting(box, noon, Duration(0), -501), ClockFault::None) == ClockFault::Rate);
    const BoxClock barred{ClockStanding::Barred, ClockFault::Rate, std::nullopt};
    CHECK(next_clock(barred, sighting(box, noon, Duration(0), std::nullopt), false, settings) ==
          barred);
    CHECK(next_clock(barred, sighting(box, noon, Duration(0), 20), false, settings).since == noon);
}

TEST_CASE("where most clocks differ from the master's nothing follows, and people are told once") {
    World world = well_group();
    std::set<NodeId> most;
    for (const auto& [name, node] : world.state.nodes())
        if (most.size() < 3) most.insert(name);
    look(world, most, 5);
    CHECK(world.events("clocks_differ") == 1);
    CHECK(world.events("node_clock_wrong") == 0);
    for (const NodeId& name : most) CHECK(clock_of(world, name).standing == ClockStanding::Held);
    // One of them is set: now the others are the few.
    most.erase(most.begin());
    look(world, most);
    for (const NodeId& name : most) CHECK(clock_of(world, name).standing == ClockStanding::Barred);
    CHECK(world.events("node_clock_wrong") == 2);
}

TEST_CASE("one late message is no wrong clock, nor is the same sighting twice") {
    World world(World::five_homes());
    const NodeId box("h1-1");
    NoteSightings command{{sighting(box, world.now, hour_ahead)}};
    world.run(command);
    CHECK(clock_of(world, box).standing == ClockStanding::Doubted);
    const Revision before = world.state.revision();
    world.now = world.now + 10 * minute;
    world.run(command);
    CHECK(world.state.revision() == before);
    look(world, {});
    CHECK(clock_of(world, box) == BoxClock{});
    CHECK(world.events("node_clock_wrong") == 0);
    CHECK(world.events("node_clock_right") == 0);
}

TEST_CASE("the lead of a wrong clock is handed over to a right one, then its group bars it") {
    World world = well_group();
    const NodeId leader = world.replica("acme", 0).node;
    look(world, {leader}, 4);
    REQUIRE(clock_of(world, leader).standing == ClockStanding::Barred);
    CHECK(world.events("node_clock_wrong") == 1);
    world.run(Tick{});
    REQUIRE(world.instance("acme").promotion);
    CHECK(world.instance("acme").promotion->wanted == ReplicaIndex{1});
    CHECK(world.instance("acme").leader == ReplicaIndex{0});  // until another one is elected
    CHECK(world.events("lead_moves") == 1);
    CHECK(world.state.recent_events().rbegin()->second.kind != "node_clock_wrong");
    REQUIRE(proposal(world));
    CHECK(proposal(world)->prefer == ReplicaIndex{1});
    hear_leader(world, record_led_by(world, 1, 4));
    CHECK_FALSE(world.instance("acme").promotion);
    REQUIRE(proposal(world));
    CHECK(proposal(world)->barred == std::set{ReplicaIndex{0}});
    lead::Record record = record_led_by(world, 1, 4, 2);
    record.barred = {ReplicaIndex{0}};
    hear_leader(world, record);
    CHECK_FALSE(proposal(world));
    look(world, {}, 17);
    CHECK(world.events("node_clock_right") == 1);
    REQUIRE(proposal(world));
    CHECK(proposal(world)->barred == std::set<ReplicaIndex>{});
}

TEST_CASE("a lead stays where no copy with a right clock is well, and says so") {
    World world = well_group();
    std::set<NodeId> wrong{world.replica("acme", 0).node, world.replica("acme", 1).node};
    PartitionObservation ill = following(world, 2, 3);
    ill.ready = false;
    ill.phase = PartitionPhase::Unhealthy;
    world.report(ill);
    look(world, wrong, 4);
    world.run(Tick{});
    CHECK_FALSE(world.instance("acme").promotion);
    const auto status = repair_status(world.state, world.instance("acme"));
    REQUIRE(status);
    CHECK(status->text.find("clock of its box is wrong") != std::string::npos);
    world.report(following(world, 2, 3));
    world.run(Tick{});
    REQUIRE(world.instance("acme").promotion);
    CHECK(world.instance("acme").promotion->wanted == ReplicaIndex{2});
}

TEST_CASE("where the master leads, a wrong clock is not worth a gap") {
    World world(World::five_homes());
    test::ObedientBoxes boxes(world, 1);
    world.run(world.order("acme"));
    REQUIRE(boxes.settle(50));
    const NodeId leader = world.replica("acme", world.instance("acme").leader->number).node;
    look(world, {leader}, 4);
    REQUIRE(clock_of(world, leader).standing == ClockStanding::Barred);
    const Fence before = world.instance("acme").fence;
    boxes.rounds(6 * 5);
    CHECK(world.instance("acme").fence == before);
}

TEST_CASE("a person cannot choose a wrong clock to lead while a right one is there") {
    World world = well_group();
    const NodeId one = world.replica("acme", 1).node;
    look(world, {one}, 4);
    PromoteInstance wish;
    wish.name = InstanceName("acme");
    wish.index = ReplicaIndex{1};
    wish.operation = OperationId("op-1");
    const auto refused = world.attempt(wish);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.failure().details.at(0).value == "clock_wrong");
    wish.index.reset();
    world.run(wish);
    CHECK(world.instance("acme").promotion->wanted == ReplicaIndex{2});
}

TEST_CASE("no order begins to lead on a box whose clock is wrong") {
    World world = world_of_groups();
    std::set<NodeId> wrong{NodeId("h1-1"), NodeId("h2-1")};
    look(world, wrong, 4);
    for (int i = 0; i < 6; ++i) {
        const std::string name = "shop" + std::to_string(i);
        world.run(world.order(name));
        for (const Replica* replica : world.state.replicas_of(InstanceName(name)))
            if (replica->founder) CHECK_FALSE(wrong.contains(replica->node));
    }
}
