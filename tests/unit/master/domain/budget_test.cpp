#include "master/domain/budget.h"

#include "tests/support/catch.h"
#include "tests/support/obedient_boxes.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;

TEST_CASE("a copy being made counts at the box that makes it and at its leader's") {
    test::World world(test::World::five_homes());
    test::ObedientBoxes boxes(world, 1);
    world.run(world.order("acme"));
    boxes.rounds(3);
    CHECK(busy_nodes(world.state).empty());
    const NodeId leading = world.replica("acme", world.instance("acme").leader->number).node;
    const NodeId drained = world.replica("acme", 2).node;
    REQUIRE(drained != leading);
    boxes.slow_percent = 100;
    boxes.run(DrainNode{drained, Duration(0), OperationId("op-1"), AccountId("acme-org")});
    boxes.rounds(2);
    REQUIRE(world.state.learners().size() == 1);
    const NodeId making = world.state.replicas().at(*world.state.learners().begin()).node;
    CHECK(rebuilds_at(world.state, making) == 1);
    CHECK(rebuilds_at(world.state, leading) == 1);
    CHECK(rebuilds_at(world.state, drained) == 0);
    CHECK(busy_nodes(world.state).empty());  // two are allowed
    // A stopped instance's copy waits for months, maybe, and must hold up nobody.
    world.run(StopInstance{InstanceName("acme"), OperationId("op-2")});
    CHECK(world.state.learners().size() == 1);
    CHECK(rebuilds(world.state).empty());
    CHECK(rebuilds_at(world.state, making) == 0);
    CHECK(rebuilds_at(world.state, leading) == 0);
}
