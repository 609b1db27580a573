#include "master/domain/electing.h"

#include "common/leadership/record_text.h"
#include "master/domain/desired.h"
#include "tests/support/catch.h"
#include "tests/support/groups_that_elect.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::begun_group;
using foyer::test::hear_leader;
using foyer::test::incarnation;
using foyer::test::record_led_by;
using foyer::test::seen;
using foyer::test::World;
using foyer::test::world_of_groups;
namespace lead = foyer::leadership;

namespace {

std::optional<GroupProposal> proposal(const World& world) {
    return group_wish(world.state, world.instance("acme")).proposal;
}

}  // namespace

TEST_CASE("a group begins when every box has told its incarnation") {
    World world = world_of_groups();
    world.run(world.order("acme"));
    CHECK(elects(world.instance("acme")));
    world.report(seen(world, 0));
    world.report(seen(world, 1));
    CHECK(world.instance("acme").electing->first_record.empty());
    world.report(seen(world, 2));
    const auto first = lead::parse_record(world.instance("acme").electing->first_record);
    REQUIRE(first.ok());
    CHECK(lead::check_valid(first.value()).ok());
    CHECK(first.value().members.size() == 3);
    CHECK(first.value().in_sync == std::vector{ReplicaIndex{0}});
    CHECK(first.value().k == 1);
    CHECK(first.value().floor == 2);
}

TEST_CASE("a box that does not answer is waited for ten seconds") {
    World world = world_of_groups();
    world.run(world.order("acme"));
    world.report(seen(world, 0));
    world.report(seen(world, 1));
    world.now = world.now + founders_awaited;
    world.report(seen(world, 1));
    const auto first = lead::parse_record(world.instance("acme").electing->first_record);
    REQUIRE(first.ok());
    CHECK(first.value().members.size() == 2);
}

TEST_CASE("who leads is learnt of the leader's own record, and never goes back") {
    World world = begun_group();
    hear_leader(world, record_led_by(world, 1, 3));
    CHECK(world.instance("acme").leader == ReplicaIndex{1});
    CHECK(world.instance("acme").fence == Fence{Generation(1), Epoch(3)});
    CHECK(world.instance("acme").served == world.instance("acme").fence);
    hear_leader(world, record_led_by(world, 0, 2));
    CHECK(world.instance("acme").leader == ReplicaIndex{1});
}

TEST_CASE("no word of a box makes a record that is none") {
    World world = begun_group();
    PartitionObservation one = seen(world, 1, "ballot 9 9 9\n");
    world.report(one);
    CHECK_FALSE(world.instance("acme").leader);
    lead::Record other = record_led_by(world, 1, 3);
    other.ballot.generation = Generation(7);
    hear_leader(world, other);
    CHECK_FALSE(world.instance("acme").leader);
}

TEST_CASE("assignments of a group say who is there, not who leads") {
    World world = begun_group();
    hear_leader(world, record_led_by(world, 1, 3));
    const auto node = world.replica("acme", 1).node;
    const auto wish = desired_since(world.state, node, {}, Revision());
    REQUIRE(wish.assignments.size() == 1);
    CHECK(wish.assignments[0].role == ReplicaRole::Standby);
    CHECK_FALSE(wish.assignments[0].leader);
    REQUIRE(wish.assignments[0].group);
    CHECK_FALSE(wish.assignments[0].group->first_record.empty());
}

TEST_CASE("a stop is proposed for the newest record, and not again once it is written") {
    World world = begun_group();
    hear_leader(world, record_led_by(world, 0, 1));
    CHECK_FALSE(proposal(world));
    world.run(StopInstance{InstanceName("acme"), OperationId("op-stop")});
    REQUIRE(proposal(world));
    CHECK(proposal(world)->desired == DesiredState::Stopped);
    CHECK(proposal(world)->made_for == "1 1 1");
    lead::Record stopped = record_led_by(world, 0, 1, 2);
    stopped.desired = DesiredState::Stopped;
    hear_leader(world, stopped, false);
    CHECK_FALSE(proposal(world));
}

TEST_CASE("a promotion names whom the group should hand over to, and ends when that one serves") {
    World world = begun_group();
    hear_leader(world, record_led_by(world, 0, 1));
    for (const int index : {1, 2}) world.report(test::following(world, index, 1));
    world.run(
        PromoteInstance{InstanceName("acme"), ReplicaIndex{1}, false, OperationId("op-p"), {}});
    CHECK(world.instance("acme").fence.epoch == Epoch(1));  // nothing is interrupted by asking
    REQUIRE(proposal(world));
    CHECK(proposal(world)->prefer == ReplicaIndex{1});
    hear_leader(world, record_led_by(world, 1, 2));
    CHECK_FALSE(world.instance("acme").promotion);
    CHECK_FALSE(proposal(world));
}

TEST_CASE("a voter that lost its memory has no seat: its copy fails, however well it runs") {
    World world = begun_group();
    hear_leader(world, record_led_by(world, 0, 1));
    PartitionObservation lost = seen(world, 2);
    lost.ready = true;
    lost.group->incarnation = incarnation(9);
    world.report(lost);
    const auto since = world.replica("acme", 2).failing_since;
    REQUIRE(since);
    world.now = world.now + Duration(60'000);
    world.report(lost);
    CHECK(world.replica("acme", 2).failing_since == since);
    CHECK(*world.replica("acme", 2).incarnation == incarnation(2));
}

TEST_CASE("while members change nothing else is proposed") {
    World world = begun_group();
    lead::Record joint = record_led_by(world, 0, 1);
    joint.old_members = joint.members;
    joint.members.pop_back();
    joint.in_sync = {{0}, {1}};
    hear_leader(world, joint);
    world.run(StopInstance{InstanceName("acme"), OperationId("op-stop")});
    CHECK_FALSE(proposal(world));
}
