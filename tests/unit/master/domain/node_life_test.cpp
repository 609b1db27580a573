#include "master/domain/node_life.h"

#include "tests/support/catch.h"
#include "tests/support/invariants.h"
#include "tests/support/obedient_boxes.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::ObedientBoxes;
using foyer::test::World;

namespace {

// Ten homes: four on "big", two each on three others.
World ten_homes() {
    std::vector<test::HomeSpec> homes;
    for (int i = 0; i < 4; ++i) homes.push_back({"big" + std::to_string(i), "big"});
    for (const char* isp : {"alder", "birch", "cedar"}) {
        for (int i = 0; i < 2; ++i) homes.push_back({isp + std::to_string(i), isp});
    }
    return World(homes);
}

NodeId box(const std::string& home) { return NodeId(home + "-1"); }

NodeState state_of(const World& world, const std::string& home) {
    return world.state.nodes().at(box(home)).state;
}

}  // namespace

TEST_CASE("a node's states follow the drawing") {
    using enum NodeState;
    CHECK(can_move(Expected, Online));
    CHECK(can_move(Online, Silent));
    CHECK(can_move(Silent, Online));
    CHECK(can_move(Silent, Lost));
    CHECK(can_move(Lost, Online));
    CHECK_FALSE(can_move(Online, Lost));
    CHECK_FALSE(can_move(Lost, Silent));
    CHECK_FALSE(can_move(Expected, Silent));
    CHECK(can_move(NodeWish::Open, NodeWish::Draining));
    CHECK(can_move(NodeWish::Draining, NodeWish::Open));
    CHECK_FALSE(can_move(NodeWish::Draining, NodeWish::Cordoned));
    CHECK_FALSE(can_move(Membership::Learner, Membership::Leaving));
    CHECK_FALSE(can_move(Membership::Member, Membership::Learner));
}

TEST_CASE("an ISP gone alone is given up box by box") {
    World world = ten_homes();
    ObedientBoxes boxes(world, 1);
    for (int i = 0; i < 4; ++i) boxes.down.insert(box("big" + std::to_string(i)));
    boxes.rounds(200);
    CHECK(state_of(world, "big0") == NodeState::Lost);
    CHECK(state_of(world, "big3") == NodeState::Lost);
    CHECK(world.events("eviction_held") == 0);
}

TEST_CASE("when boxes of several ISPs fall silent together nobody is given up") {
    World world = ten_homes();
    world.run(world.order("acme"));
    ObedientBoxes boxes(world, 1);
    boxes.rounds(3);
    // One copy, and one box a family that holds none.
    const NodeId held = world.replica("acme", 1).node;
    std::set<IspId> families;
    for (const auto& [name, node] : world.state.nodes()) {
        if (world.state.replicas_on(name).empty() &&
            families.insert(world.state.sites().at(node.site).isp).second)
            boxes.down.insert(name);
    }
    boxes.down.insert(held);
    REQUIRE(boxes.down.size() >= 4);
    boxes.rounds(500);
    for (const NodeId& name : boxes.down)
        CHECK(world.state.nodes().at(name).state == NodeState::Silent);
    CHECK(world.state.nodes().at(held).eviction_held);
    CHECK(world.events("eviction_held") >= 1);
    CHECK(world.events("copy_ordered") == 0);

    SECTION("the operator says what is gone for good") {
        boxes.run(DrainNode{held, Duration(0), OperationId("op-1"), AccountId("house")});
        CHECK(boxes.settle(100));
        boxes.rounds(2);
        CHECK(world.state.replicas_on(held).empty());
        CHECK(world.operation("op-1").state == OperationState::Succeeded);
    }
    SECTION("when most are back, the one that is not is given up") {
        boxes.down = {held};
        boxes.rounds(5);
        CHECK(world.state.nodes().at(held).state == NodeState::Lost);
    }
    for (const std::string& problem : test::broken(world.state)) FAIL(problem);
}

TEST_CASE("boxes that fell silent at another time do not hold each other up") {
    World world = ten_homes();
    ObedientBoxes boxes(world, 1);
    for (const char* home : {"alder0", "birch0", "cedar0"}) {
        boxes.down.insert(box(home));
        boxes.rounds(100);  // more than the window
    }
    boxes.rounds(200);
    for (const char* home : {"alder0", "birch0", "cedar0"})
        CHECK(state_of(world, home) == NodeState::Lost);
}

TEST_CASE("a master that has just begun to listen gives everybody the whole time") {
    World world = ten_homes();
    ObedientBoxes boxes(world, 1);
    boxes.down.insert(box("alder0"));
    boxes.rounds(100);
    boxes.hearing_since = world.now;
    boxes.rounds(170);
    CHECK(state_of(world, "alder0") == NodeState::Silent);
    boxes.rounds(20);
    CHECK(state_of(world, "alder0") == NodeState::Lost);
}

TEST_CASE("a box's time depends on what it does") {
    World world = ten_homes();
    world.run(world.order("acme"));
    const RepairSettings& settings = world.state.settings().repair;
    const Node& leading = world.state.nodes().at(world.replica("acme", 0).node);
    const Node& following = world.state.nodes().at(world.replica("acme", 1).node);
    CHECK(lost_after(world.state, leading) == settings.lost_after_leading);
    CHECK(lost_after(world.state, following) == settings.lost_after);
    world.add_home({"door",
                    "alder",
                    "FR",
                    HostClass::House,
                    {Millicores(4000), gibibytes(8), gibibytes(100)},
                    true});
    CHECK(lost_after(world.state, world.state.nodes().at(box("door"))) == settings.lost_after_edge);
}

TEST_CASE("wishes of the operator that make no sense are refused with advice") {
    World world = ten_homes();
    const auto rule = [&](const Command& command) {
        const auto refused = world.attempt(command);
        REQUIRE_FALSE(refused.ok());
        return refused.failure().message;
    };
    const AccountId house("house");
    CHECK(rule(CancelDrain{box("big0")}).find("no drain") != std::string::npos);
    CHECK(rule(CordonNode{NodeId("none")}).find("does not exist") != std::string::npos);
    CHECK(rule(DrainNode{box("big0"), Duration(-1), OperationId("op-1"), house}).find("90 days") !=
          std::string::npos);
    CHECK(rule(DrainNode{box("big0"), Duration(INT64_MAX), OperationId("op-1"), house})
              .find("90 days") != std::string::npos);
    world.run(DrainNode{box("big0"), Duration(0), OperationId("op-1"), house});
    CHECK(world.operation("op-1").state == OperationState::Succeeded);
    CHECK(rule(UncordonNode{box("big0")}).find("cancel-drain") != std::string::npos);
    CHECK(rule(CordonNode{box("big0")}).find("cancel-drain") != std::string::npos);
    CHECK(rule(DrainNode{box("big0"), Duration(0), OperationId("op-2"), house}).find("op-1") !=
          std::string::npos);
    world.add_home({"door",
                    "alder",
                    "FR",
                    HostClass::House,
                    {Millicores(4000), gibibytes(8), gibibytes(100)},
                    true});
    CHECK(rule(CordonNode{box("door")}).find("edge") != std::string::npos);
}

TEST_CASE("to cordon what is cordoned, or open what is open, changes nothing") {
    World world = ten_homes();
    CHECK(world.attempt(UncordonNode{box("big0")}).value().changes.empty());
    world.run(CordonNode{box("big0")});
    const auto again = world.attempt(CordonNode{box("big0")});
    CHECK(again.value().changes.empty());
    CHECK(again.value().reply.subject == "big0-1");
}

TEST_CASE("nothing new comes to a cordoned box") {
    World world(World::five_homes());
    world.run(CordonNode{NodeId("h1-1")});
    world.run(CordonNode{NodeId("h2-1")});
    world.run(world.order("acme"));
    CHECK(world.state.replicas_on(NodeId("h1-1")).empty());
    CHECK(world.state.replicas_on(NodeId("h2-1")).empty());
    world.run(CordonNode{NodeId("h3-1")});
    const auto refused = world.attempt(world.order("beta"));
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.failure().message.find("3 by cordoned") != std::string::npos);
}

TEST_CASE("a silence that lasts is told once, and so is its end") {
    World world = ten_homes();
    const NodeId silent = box("alder0");
    const WallTime begin = world.now;
    world.run(MarkSilent{{silent}});
    const auto tick = [&](Duration since) {
        world.now = begin + since;
        world.run(Tick{begin});
    };
    const Duration patience = world.state.settings().repair.missing_after;
    tick(patience - Duration(1));
    CHECK(world.events("node_missing") == 0);
    tick(patience);
    tick(patience + Duration(1'000));
    CHECK(world.events("node_missing") == 1);
    world.go_online("alder0-1");
    CHECK(world.events("node_found") == 1);
    CHECK_FALSE(world.state.nodes().at(silent).missing_told);
    // A short one is told to nobody.
    world.run(MarkSilent{{silent}});
    world.go_online("alder0-1");
    CHECK(world.events("node_missing") == 1);
    CHECK(world.events("node_found") == 1);
}

TEST_CASE("after a start everybody has the whole time before a silence is told") {
    World world = ten_homes();
    world.run(MarkSilent{{box("alder0")}});
    const Duration patience = world.state.settings().repair.missing_after;
    world.now = world.now + patience * 10;
    const WallTime started = world.now;
    world.run(Tick{started});
    CHECK(world.events("node_missing") == 0);
    world.now = started + patience;
    world.run(Tick{started});
    CHECK(world.events("node_missing") == 1);
}
