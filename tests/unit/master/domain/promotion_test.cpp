#include "master/domain/promotion.h"

#include "master/domain/progress.h"
#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

Position at(std::int64_t bytes, std::uint64_t epoch = 1) { return {Epoch(epoch), bytes, false}; }

PromoteInstance promote(std::optional<int> index = std::nullopt, bool force = false) {
    PromoteInstance command{
        InstanceName("acme"), std::nullopt, force, OperationId("op-promote"), {}};
    if (index) command.index = ReplicaIndex{*index};
    return command;
}

}  // namespace

TEST_CASE("with three members and two copies a write, two positions are needed") {
    CHECK(positions_needed(3, 2) == 2);
    CHECK(positions_needed(5, 2) == 4);
    CHECK(positions_needed(3, 1) == 3);
}

TEST_CASE("the copy that holds most leads; a wanted one only when it is not behind") {
    const std::vector<Candidate> candidates{{ReplicaIndex{1}, at(10), true},
                                            {ReplicaIndex{2}, at(20), true}};
    CHECK(choose_leader(candidates, std::nullopt, false) == ReplicaIndex{2});
    CHECK(choose_leader(candidates, ReplicaIndex{1}, false) == ReplicaIndex{2});
    const std::vector<Candidate> level{{ReplicaIndex{1}, at(20), true},
                                       {ReplicaIndex{2}, at(20), true}};
    CHECK(choose_leader(level, ReplicaIndex{2}, false) == ReplicaIndex{2});
    CHECK(choose_leader(level, std::nullopt, false) == ReplicaIndex{1});
}

TEST_CASE("of equals one leads that stays where it is") {
    std::vector<Candidate> level{{ReplicaIndex{1}, at(20), true, true},
                                 {ReplicaIndex{2}, at(20), true, false}};
    CHECK(choose_leader(level, std::nullopt, false) == ReplicaIndex{2});
    CHECK(choose_leader(level, ReplicaIndex{3}, false) == ReplicaIndex{2});
    CHECK(choose_leader(level, ReplicaIndex{1}, false) == ReplicaIndex{1});
    level[0].position = at(30);
    CHECK(choose_leader(level, std::nullopt, false) == ReplicaIndex{1});
}

TEST_CASE("a newer epoch beats more bytes of an older one") {
    const std::vector<Candidate> candidates{{ReplicaIndex{1}, at(90, 1), true},
                                            {ReplicaIndex{2}, at(10, 2), true}};
    CHECK(choose_leader(candidates, std::nullopt, false) == ReplicaIndex{2});
}

TEST_CASE("a box that may not lead but is ahead stops the choice, unless forced") {
    const std::vector<Candidate> candidates{{ReplicaIndex{1}, at(10), true},
                                            {ReplicaIndex{2}, at(20), false}};
    CHECK_FALSE(choose_leader(candidates, std::nullopt, false));
    CHECK(choose_leader(candidates, std::nullopt, true) == ReplicaIndex{1});
    CHECK_FALSE(choose_leader({}, std::nullopt, true));
}

TEST_CASE("nobody leads until enough copies have stopped and said what they hold") {
    World world;
    world.serve("acme");
    world.run(promote());
    CHECK(world.instance("acme").fence.epoch == Epoch(2));
    CHECK_FALSE(world.instance("acme").leader);
    CHECK(world.operation("op-promote").state == OperationState::Running);
    world.report("acme", 1, PartitionPhase::Running, true, at(100));
    CHECK_FALSE(world.instance("acme").leader);
    // Still receiving: it could yet acknowledge a write of the old primary.
    world.report("acme", 2, PartitionPhase::Running, true, Position{Epoch(1), 200, true});
    CHECK_FALSE(world.instance("acme").leader);
    world.report("acme", 2, PartitionPhase::Running, true, at(200));
    CHECK(world.instance("acme").leader == ReplicaIndex{2});
    CHECK(instance_state(world.state, world.instance("acme")) == InstanceState::Promoting);
    world.report("acme", 2, PartitionPhase::Running, true);
    CHECK_FALSE(world.instance("acme").promotion);
    CHECK(world.instance("acme").served == world.instance("acme").fence);
    CHECK(world.operation("op-promote").state == OperationState::Succeeded);
}

TEST_CASE("a position of the epoch before does not count") {
    World world;
    world.serve("acme");
    PartitionObservation old = world.reported("acme", 1);
    old.position = at(100);
    PartitionObservation other = world.reported("acme", 2);
    other.position = at(100);
    world.run(promote());
    world.report(old);
    world.report(other);
    CHECK_FALSE(world.instance("acme").leader);
}

TEST_CASE("with too few copies in reach a promotion is refused, and possible by force") {
    World world;
    world.serve("acme");
    world.run(MarkSilent{{world.replica("acme", 0).node, world.replica("acme", 2).node}});
    const auto refused = world.attempt(promote());
    CHECK(refused.failure().details.at(0).value == "positions_needed");
    world.run(promote(std::nullopt, true));
    world.report("acme", 1, PartitionPhase::Running, true, at(100));
    CHECK(world.instance("acme").leader == ReplicaIndex{1});
}

TEST_CASE(
    "a second promote during the first is refused; force lets it go on with those that answered") {
    World world;
    world.serve("acme");
    world.run(promote());
    world.report("acme", 1, PartitionPhase::Running, true, at(100));
    CHECK(world.attempt(promote()).failure().details.at(0).value == "promotion_under_way");
    world.run(promote(std::nullopt, true));
    CHECK(world.instance("acme").leader == ReplicaIndex{1});
}

TEST_CASE("the leader itself, a missing copy and an open host's box cannot be promoted") {
    World world({{"a", "alder"}, {"b", "birch"}, {"c", "cedar", "FR", HostClass::Open}});
    world.serve("acme");
    CHECK(world.attempt(promote(0)).failure().details.at(0).value == "already_leading");
    CHECK(world.attempt(promote(7)).failure().code == ErrorCode::NotFound);
    CHECK(world.attempt(promote(2)).failure().details.at(0).value == "may_lead");
}

TEST_CASE("the old primary's own copy proves nothing, so one standby alone is not enough") {
    World world;
    world.serve("acme");
    world.run(MarkSilent{{world.replica("acme", 2).node}});
    CHECK(world.attempt(promote()).failure().details.at(0).value == "positions_needed");
}

TEST_CASE("an asynchronous instance goes on with the best copy that answers, when all have") {
    World world;
    OrderInstance order = world.order("acme");
    order.mode = ReplicationMode::Asynchronous;
    world.run(order);
    for (int i = 0; i < 3; ++i) world.report("acme", i, PartitionPhase::Running, true);
    world.run(promote());
    world.report("acme", 1, PartitionPhase::Running, true, at(100));
    CHECK_FALSE(world.instance("acme").leader);
    world.report("acme", 0, PartitionPhase::Stopped, false);
    world.report("acme", 2, PartitionPhase::Running, true, at(150));
    CHECK(world.instance("acme").leader == ReplicaIndex{2});
}

TEST_CASE("a box that falls silent is waited for no longer") {
    World world;
    OrderInstance order = world.order("acme");
    order.mode = ReplicationMode::Asynchronous;
    world.run(order);
    for (int i = 0; i < 3; ++i) world.report("acme", i, PartitionPhase::Running, true);
    // The plug is pulled, and somebody promotes before the master knows that the box is silent.
    world.run(promote());
    world.report("acme", 1, PartitionPhase::Running, true, at(100));
    world.report("acme", 2, PartitionPhase::Running, true, at(150));
    CHECK_FALSE(world.instance("acme").leader);
    world.run(MarkSilent{{world.replica("acme", 0).node}});
    CHECK(world.instance("acme").leader == ReplicaIndex{2});
}

TEST_CASE("a forced promotion goes on when the last box it waited for falls silent") {
    World world;
    world.serve("acme");
    world.run(promote(std::nullopt, /*force=*/true));
    world.report("acme", 1, PartitionPhase::Running, true, at(100));
    CHECK_FALSE(world.instance("acme").leader);
    world.run(MarkSilent{{world.replica("acme", 0).node, world.replica("acme", 2).node}});
    CHECK(world.instance("acme").leader == ReplicaIndex{1});
}

TEST_CASE("a copy whose service does not run is no candidate: it could never be asked") {
    World world;
    world.serve("acme");
    world.report("acme", 1, PartitionPhase::Preparing, false);
    const auto refused = world.attempt(promote());
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.failure().details.at(0).value == "positions_needed");
    world.report("acme", 2, PartitionPhase::Preparing, false);
    CHECK(world.attempt(promote(std::nullopt, true)).failure().details.at(0).value ==
          "no_candidate");
}
