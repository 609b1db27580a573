// What a copy teaches its group.
#include "tests/unit/node-agent/domain/copy_world.h"

using namespace foyer;
using namespace foyer::agent;
using World = CopyWorld;

TEST_CASE("a leader tells who follows, and the end of its log") {
    World world = leading();
    world.order.read_ends = {3};
    world.session.followers = {{"r0g1", "streaming", "quorum", 20}};
    world.session.quorum = ShownQuorum{{"r0g1"}, 2};
    world.stands_at(2, 1'000, false).tell(true);
    CHECK(world.count<lead::Promoted>() == 1);
    REQUIRE(world.count<lead::EndRead>() == 1);
    REQUIRE(world.count<lead::Flushed>() == 1);
    for (const auto& fact : world.told)
        if (const auto* flushed = fact.get_if<lead::Flushed>())
            CHECK(flushed->end == lead::Lsn(980));
    world.tell(true);
    CHECK(world.count<lead::EndRead>() == 1);
}

TEST_CASE("the log of an earlier epoch proves nothing of this one") {
    World world = leading();
    world.order.read_ends = {3};
    world.stands_at(1, 1'000, false).tell(true);
    CHECK(world.count<lead::Promoted>() == 0);
    CHECK(world.count<lead::EndRead>() == 0);
}

TEST_CASE("names of a running leader count when they are seen for a while") {
    World world = leading();
    world.session.quorum = ShownQuorum{{"r0g1"}, 2};
    world.stands_at(2, 1'000, false).tell(true);
    CHECK(world.count<lead::QuorumShown>() == 0);
    world.now.mono = world.now.mono + Duration(600);
    world.tell(true);
    CHECK(world.count<lead::QuorumShown>() == 1);
    World other = leading();
    other.session.quorum = ShownQuorum{{"r7g1"}, 2};
    other.stands_at(2, 1'000, false).tell(true);
    other.now.mono = other.now.mono + Duration(600);
    other.tell(true);
    CHECK(other.count<lead::QuorumShown>() == 0);
}

// Elected, it may be promoted once it shows the quorum: customers wait for each question.
TEST_CASE(
    "a follower that showed the wished quorum since it took up its order is not asked again") {
    World world = following();
    world.session.quorum = ShownQuorum{{"r0g1"}, 2};
    world.order.quorum = lead::DatabaseQuorum{{ReplicaIndex{0}}, 2};
    world.order.quorum_number = 1;
    world.tell(false);
    CHECK(world.count<lead::QuorumShown>() == 0);  // nothing was read yet
    world.stands_at(1, 1'000, true).tell(true);
    CHECK(world.count<lead::QuorumShown>() == 1);
    world.order.quorum_number = 2;
    world.tell(false);
    CHECK(world.count<lead::QuorumShown>() == 2);
    world.tell(false);
    CHECK(world.count<lead::QuorumShown>() == 2);
}

TEST_CASE("what a service showed before it took up its order says nothing of the quorum") {
    World world = following();
    world.session.quorum = ShownQuorum{{"r0g1"}, 2};
    world.stands_at(1, 1'000, true).tell(true);
    world.order.quorum = lead::DatabaseQuorum{{ReplicaIndex{0}}, 2};
    world.order.quorum_number = 1;
    ++world.order.serial;
    world.tell(false);
    CHECK(world.count<lead::QuorumShown>() == 0);
    world.does(StepKind::Prepare).does(StepKind::Reload);
    CHECK(world.count<lead::QuorumShown>() == 0);
    world.stands_at(1, 1'000, true).tell(true);
    CHECK(world.count<lead::QuorumShown>() == 1);
}
