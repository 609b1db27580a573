#include "master/domain/progress.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

TEST_CASE("an order is done when the instance serves, whole when every copy is ready") {
    World world;
    world.run(world.order("acme"));
    CHECK(instance_state(world.state, world.instance("acme")) == InstanceState::Preparing);
    world.report("acme", 0, PartitionPhase::Preparing, false);
    world.report("acme", 0, PartitionPhase::Running, true);
    CHECK(instance_state(world.state, world.instance("acme")) == InstanceState::Degraded);
    CHECK(world.operation("op-acme").state == OperationState::Succeeded);
    CHECK_FALSE(world.instance("acme").operation);
    world.report("acme", 1, PartitionPhase::Running, true);
    world.report("acme", 2, PartitionPhase::Running, true);
    CHECK(instance_state(world.state, world.instance("acme")) == InstanceState::Running);
    CHECK(world.operation("op-acme").steps.at(3).state == OperationState::Running);
}

TEST_CASE("copies that are ready before the leader serves do not end an order") {
    World world;
    world.run(world.order("acme"));
    world.report("acme", 1, PartitionPhase::Running, true);
    world.report("acme", 2, PartitionPhase::Running, true);
    CHECK(world.operation("op-acme").state == OperationState::Running);
    world.report("acme", 0, PartitionPhase::Running, true);
    CHECK(world.operation("op-acme").state == OperationState::Succeeded);
}

TEST_CASE("a silent box makes its copy unreachable, and the instance degraded or unavailable") {
    World world;
    world.serve("acme");
    world.run(MarkSilent{{world.replica("acme", 1).node}});
    CHECK(is_unreachable(world.state, world.replica("acme", 1)));
    CHECK(instance_state(world.state, world.instance("acme")) == InstanceState::Degraded);
    world.run(MarkSilent{{world.replica("acme", 0).node}});
    CHECK(instance_state(world.state, world.instance("acme")) == InstanceState::Unavailable);
    world.go_online(world.replica("acme", 0).node.str());
    CHECK(instance_state(world.state, world.instance("acme")) == InstanceState::Degraded);
}

TEST_CASE("the lag of a standby is what its primary says") {
    World world;
    world.serve("acme");
    PartitionObservation seen = world.reported("acme", 0);
    seen.followers = {{"r1g1", "streaming", "quorum", 512}};
    world.report(seen);
    REQUIRE(follower_view(world.state, world.instance("acme"), world.replica("acme", 1)));
    CHECK(follower_view(world.state, world.instance("acme"), world.replica("acme", 1))->lag_bytes ==
          512);
    CHECK_FALSE(follower_view(world.state, world.instance("acme"), world.replica("acme", 2)));
    CHECK_FALSE(follower_view(world.state, world.instance("acme"), world.replica("acme", 0)));
}

TEST_CASE("a step that was done stays done") {
    World world;
    world.run(world.order("acme"));
    world.report("acme", 1, PartitionPhase::Running, true);
    world.report("acme", 1, PartitionPhase::Unhealthy, false);
    CHECK(world.operation("op-acme").steps.at(2).state == OperationState::Succeeded);
}
