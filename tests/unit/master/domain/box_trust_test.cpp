#include "master/domain/box_trust.h"

#include "master/domain/exclusion.h"
#include "tests/support/catch.h"
#include "tests/support/invariants.h"
#include "tests/support/obedient_boxes.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::ObedientBoxes;
using foyer::test::World;

namespace {

void fares(World& world, const NodeId& node, BoxHealth health, const std::string& reason = {}) {
    ReportNode report;
    report.node = node;
    report.care = BoxCare{health, reason};
    world.run(report);
}

}  // namespace

TEST_CASE("a worn box keeps what it holds and gets nothing more") {
    World world(World::five_homes());
    ObedientBoxes boxes(world, 1);
    world.run(world.order("acme"));
    REQUIRE(boxes.settle(50));
    const NodeId holder = world.replica("acme", 0).node;
    fares(world, holder, BoxHealth::Worn, "disk sda: 12 reallocated sectors");
    CHECK(world.events("node_worn") == 1);
    CHECK(exclusion_of(world.state.nodes().at(holder)) == Exclusion::Worn);
    boxes.rounds(6 * 40);
    CHECK(world.state.replicas_on(holder).size() == 1);
    fares(world, holder, BoxHealth::Worn, "disk sda: 14 reallocated sectors");
    CHECK(world.events("node_worn") == 1);
    CHECK(world.state.nodes().at(holder).care.reason == "disk sda: 14 reallocated sectors");
    fares(world, holder, BoxHealth::Well);
    CHECK(world.events("node_well") == 1);
    CHECK_FALSE(exclusion_of(world.state.nodes().at(holder)));
}

TEST_CASE("a failing box is emptied, each copy once its replacement is there") {
    World world(World::five_homes());
    ObedientBoxes boxes(world, 1);
    world.run(world.order("acme"));
    REQUIRE(boxes.settle(50));
    const NodeId holder = world.replica("acme", world.instance("acme").leader->number).node;
    fares(world, holder, BoxHealth::Failing, "disk sda fails its own test");
    CHECK(world.events("node_failing") == 1);
    CHECK(world.events("copy_leaves") == 1);
    CHECK(is_emptied(world.state.nodes().at(holder)));
    boxes.rounds(6 * 40);
    CHECK(world.state.replicas_on(holder).empty());
    CHECK(world.state.endangered().empty());
    CHECK(boxes.loss.value_or("") == "");
    boxes.check_invariants();
}

TEST_CASE("what another agent found is nothing to the one that follows it, unless it says so") {
    World world(World::five_homes());
    const NodeId box("h1-1");
    fares(world, box, BoxHealth::Failing, "hot");
    ReportNode report;
    report.node = box;
    report.agent_version = world.state.nodes().at(box).agent_version;
    world.run(report);
    CHECK(world.state.nodes().at(box).care.health == BoxHealth::Failing);
    report.agent_version = "0.0.9";
    world.run(report);
    CHECK(world.state.nodes().at(box).care.health == BoxHealth::Well);
    CHECK(world.events("node_well") == 1);
}

TEST_CASE("its own word empties a box, and gives nobody up") {
    World world(World::five_homes());
    fares(world, NodeId("h1-1"), BoxHealth::Failing, "on battery, 20 %");
    CHECK(is_emptied(world.state.nodes().at(NodeId("h1-1"))));
    CHECK_FALSE(is_given_up(world.state.nodes().at(NodeId("h1-1"))));
}

TEST_CASE("the same word again is no news") {
    World world(World::five_homes());
    fares(world, NodeId("h1-1"), BoxHealth::Worn, "hot");
    const Revision before = world.state.revision();
    fares(world, NodeId("h1-1"), BoxHealth::Worn, "hot");
    CHECK(world.state.revision() == before);
}
