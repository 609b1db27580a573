#include "node-agent/domain/copy_step.h"

#include "tests/unit/node-agent/domain/copy_world.h"

using namespace foyer;
using namespace foyer::agent;
using World = CopyWorld;

TEST_CASE("a copy without data fetches its image at once, and copies when somebody leads") {
    World world(1);
    world.does(StepKind::EnsureImage);
    CHECK(world.waits("nobody leads"));
    world.order.leader = ReplicaIndex{0};
    ++world.order.serial;
    world.does(StepKind::Prepare).does(StepKind::RunJoin).does(StepKind::Start);
    CHECK(world.local.led == false);
}

TEST_CASE("only a founder that its group elected begins with nothing") {
    World world(0);
    world.does(StepKind::EnsureImage);
    CHECK(world.waits("nobody leads"));
    world.order.role = ReplicaRole::Primary;
    world.order.leader = ReplicaIndex{0};
    world.does(StepKind::Prepare).does(StepKind::RunInit).does(StepKind::Start);
    World other(1);
    other.session.image_ready = true;
    other.session.prepared = other.wish.revision;
    other.session.copy.prepared = other.order.serial;
    other.order.role = ReplicaRole::Primary;
    CHECK(other.waits("holds no data"));
}

// A home on a slow line: the lease may end, or the agent, while the first copy is being made.
TEST_CASE("a founder that is fenced in the midst of init holds nothing, says so, and begins anew") {
    World world(0);
    world.order.role = ReplicaRole::Primary;
    world.order.leader = ReplicaIndex{0};
    world.does(StepKind::EnsureImage).does(StepKind::Prepare);
    REQUIRE(world.next().kind == StepKind::RunInit);
    REQUIRE(world.local.led == true);
    fence_off(world);
    REQUIRE(world.count<lead::Fenced>() == 1);
    REQUIRE(world.count<lead::ReceiverStopped>() == 1);
    CHECK(world.told.back().get<lead::ReceiverStopped>().position == lead::LogPosition{});
    world.order.role = ReplicaRole::Primary;
    world.order.leader = ReplicaIndex{0};
    world.order.fence = fence(2);
    ++world.order.serial;
    world.does(StepKind::Prepare).does(StepKind::RunInit);
    CHECK(world.local.promoted == fence(2));
    // Made, and not started yet: that is no service that ended.
    CHECK(world.count<lead::LocalHealth>() == 0);
    world.does(StepKind::Start).tell(false);
    CHECK(world.count<lead::LocalHealth>() == 0);
    world.session.service = ServiceState::Ended;
    world.tell(false);
    CHECK(world.count<lead::LocalHealth>() == 1);
}

TEST_CASE("a founder that was made and then fenced is asked where its log ends") {
    World world(0);
    world.order.role = ReplicaRole::Primary;
    world.order.leader = ReplicaIndex{0};
    world.does(StepKind::EnsureImage).does(StepKind::Prepare).does(StepKind::RunInit);
    fence_off(world);
    CHECK(world.count<lead::ReceiverStopped>() == 0);
    world.does(StepKind::Prepare).does(StepKind::Start).stands_at(1, 10, false).tell(true);
    REQUIRE(world.count<lead::ReceiverStopped>() == 1);
}

TEST_CASE("a kill comes before everything, and is told") {
    World world = leading();
    world.session.not_before = start + Duration(60'000);
    ++world.order.kill;
    world.order.kill_epoch = Epoch(2);
    world.does(StepKind::Fence);
    REQUIRE(world.count<lead::Fenced>() == 1);
    world.tell(false);
    CHECK(world.count<lead::Fenced>() == 1);  // once
}

TEST_CASE("a copy that led is started again only to say where its log ends") {
    World world = leading();
    world.order.quorum.reset();
    fence_off(world);
    world.does(StepKind::Prepare).does(StepKind::Start);
    CHECK(world.obeyed().role == ReplicaRole::Standby);
    CHECK(world.local.led == true);
    world.stands_at(2, 500, false).tell(true);
    CHECK(world.count<lead::ReceiverStopped>() == 1);
}

TEST_CASE("a cut is answered once nothing is received any more") {
    World world = following();
    ++world.order.cut;
    ++world.order.serial;
    world.order.leader.reset();
    world.does(StepKind::Prepare).does(StepKind::Reload);
    world.stands_at(1, 100, true).tell(true);
    CHECK(world.count<lead::ReceiverStopped>() == 0);
    world.stands_at(1, 120, false).tell(true);
    REQUIRE(world.count<lead::ReceiverStopped>() == 1);
    const auto& stopped = world.told.back().get<lead::ReceiverStopped>();
    CHECK(stopped.position == lead::LogPosition{fence(1), lead::Lsn(120)});
}

TEST_CASE(
    "a copy torn by a broken-off rejoin answers a cut though its service ends at each start") {
    World world = following();
    world.order.rejoin = true;
    world.order.fence = fence(2);
    ++world.order.serial;
    world.does(StepKind::Stop).does(StepKind::Prepare);
    REQUIRE(world.next().kind == StepKind::Rejoin);
    world.local = before_copy_step(world.local, world.next());  // and it is broken off
    world.order.rejoin = false;
    ++world.order.cut;
    ++world.order.serial;
    world.order.leader.reset();
    world.does(StepKind::Prepare).does(StepKind::Start);
    world.session = copy_session_ended(world.session, world.order, world.local);
    world.session.service = ServiceState::Ended;
    world.tell(false);
    REQUIRE(world.count<lead::ReceiverStopped>() == 1);
    CHECK_FALSE(world.told.back().get<lead::ReceiverStopped>().position);
}

TEST_CASE("a whole copy whose service ended answers a cut when it runs again") {
    World world = following();
    ++world.order.cut;
    ++world.order.serial;
    world.order.leader.reset();
    world.session = copy_session_ended(world.session, world.order, world.local);
    world.session.service = ServiceState::Ended;
    world.tell(false);
    CHECK(world.count<lead::ReceiverStopped>() == 0);
}

TEST_CASE("an answer of before the order was taken up is no answer") {
    World world = following();
    ++world.order.cut;
    ++world.order.serial;
    world.order.leader.reset();
    world.stands_at(1, 100, false).tell(true);  // not reloaded yet
    CHECK(world.count<lead::ReceiverStopped>() == 0);
}

TEST_CASE("an empty copy has an empty log; one whose journal is lost says nothing") {
    World empty(1);
    ++empty.order.cut;
    empty.tell(false);
    REQUIRE(empty.count<lead::ReceiverStopped>() == 1);
    CHECK(empty.told[0].get<lead::ReceiverStopped>().position == lead::LogPosition{});
    World lost(1);
    lost.local.led.reset();
    lost.local.begun_empty = false;
    ++lost.order.cut;
    lost.tell(false);
    REQUIRE(lost.count<lead::ReceiverStopped>() == 1);
    CHECK_FALSE(lost.told[0].get<lead::ReceiverStopped>().position);
}

TEST_CASE("a rejoin stops, rewinds, starts, and is told when the leader's log is held") {
    World world = following();
    world.order.rejoin = true;
    world.order.leader = ReplicaIndex{0};
    world.order.fence = fence(3);
    ++world.order.serial;
    world.does(StepKind::Stop).does(StepKind::Prepare).does(StepKind::Rejoin).does(StepKind::Start);
    world.stands_at(2, 50, true).tell(true);
    CHECK(world.count<lead::Rejoined>() == 0);
    world.stands_at(3, 60, true).tell(true).tell(true);
    CHECK(world.count<lead::Rejoined>() == 1);
}

// As one that was compared with a leader before that was promoted.
TEST_CASE("a rejoin after which the copy is astray still is done again") {
    World world = following();
    world.order.rejoin = true;
    world.order.leader = ReplicaIndex{0};
    world.order.fence = fence(3);
    ++world.order.serial;
    world.does(StepKind::Stop).does(StepKind::Prepare).does(StepKind::Rejoin).does(StepKind::Start);
    world.stands_at(2, 50, true).tell(true);
    world.local.diverged = true;
    world.does(StepKind::Stop).does(StepKind::Prepare).does(StepKind::Rejoin).does(StepKind::Start);
    CHECK_FALSE(world.local.diverged);
    world.stands_at(3, 60, true).tell(true);
    CHECK(world.count<lead::Rejoined>() == 1);
}

// Rewound to a leader whose log nobody has any more, it never answers: its group waited for ever.
TEST_CASE("torn data that does not answer is stopped, so that its group need not wait for it") {
    World world = following();
    world.order.rejoin = true;
    world.order.leader = ReplicaIndex{0};
    world.order.fence = fence(3);
    ++world.order.serial;
    world.does(StepKind::Stop).does(StepKind::Prepare);
    world.local = before_copy_step(world.local, Step{StepKind::Rejoin, {}, {}});
    world.does(StepKind::Rejoin).does(StepKind::Start);
    CHECK(may_never_tell(world.local, world.session));
    world.session.copy.mute = true;
    world.told.clear();
    world.order.rejoin = false;
    world.order.leader.reset();
    ++world.order.cut;
    ++world.order.serial;
    world.does(StepKind::Stop);
    REQUIRE(world.count<lead::ReceiverStopped>() == 1);
    CHECK_FALSE(world.told.back().get<lead::ReceiverStopped>().position);
    CHECK_FALSE(world.told.back().get<lead::ReceiverStopped>().whole);
    world.does(StepKind::Prepare).does(StepKind::Start);
    CHECK_FALSE(world.session.copy.mute);
    world.stands_at(3, 60, false);
    CHECK_FALSE(may_never_tell(world.local, world.session));
}

TEST_CASE("a copy gone astray says so though it cannot say where its log ends") {
    World world = following();
    world.local.diverged = true;
    world.session.position.reset();
    world.tell(true);
    CHECK(world.count<lead::Diverged>() == 1);
    CHECK(may_never_tell(world.local, world.session));
}

// Its group may not have heard it: what is told while a cut is asked counts for nothing.
TEST_CASE("a rejoin that is asked for again is told again") {
    World world = following();
    world.order.rejoin = true;
    world.order.leader = ReplicaIndex{0};
    world.order.fence = fence(3);
    ++world.order.serial;
    world.does(StepKind::Stop).does(StepKind::Prepare).does(StepKind::Rejoin).does(StepKind::Start);
    world.stands_at(3, 60, true).tell(true);
    REQUIRE(world.count<lead::Rejoined>() == 1);
    ++world.order.serial;
    world.does(StepKind::Prepare).does(StepKind::Reload);
    world.stands_at(3, 60, true).tell(true).tell(true);
    CHECK(world.count<lead::Rejoined>() == 2);
}

TEST_CASE("a stopped instance is started only to answer where its log ends") {
    World world = following();
    world.order.run = false;
    ++world.order.serial;
    world.does(StepKind::Stop);
    CHECK(is_ready(world.next()));
    CHECK(world.next().until > world.now.mono + Duration(3'600'000));
    ++world.order.cut;
    CHECK(world.next().kind == StepKind::Prepare);
}

TEST_CASE("a leader whose service ended is ill, and its group hears that a wait was broken") {
    World world = leading();
    world.session.service = ServiceState::Ended;
    world.session.copy.restarted = true;
    world.tell(false);
    CHECK(world.count<lead::WaitBroken>() == 1);
    CHECK(world.count<lead::LocalHealth>() == 1);
}

TEST_CASE("a leader whose box restarted starts nothing before its group says that it leads") {
    World world = leading();
    world.order.resuming = true;
    CHECK(is_ready(world.next()) == false);  // it runs: it is looked at as before
    CHECK(world.next().kind == StepKind::Probe);
    world.session.service = ServiceState::Ended;
    CHECK(world.waits("still does"));
    world.order.resuming = false;
    world.does(StepKind::Start);

    World founder(0);
    founder.order.resuming = true;
    founder.order.role = ReplicaRole::Primary;
    founder.order.leader = ReplicaIndex{0};
    founder.does(StepKind::EnsureImage).does(StepKind::Prepare);
    CHECK(founder.waits("still does"));

    World elected = following();  // and restarted before it was promoted
    elected.order.resuming = true;
    elected.order.role = ReplicaRole::Primary;
    elected.order.fence = fence(2);
    CHECK(elected.waits("still does"));
}

TEST_CASE("a witness holds nothing and runs nothing") {
    World world(1);
    world.wish.kind = ReplicaKind::Witness;
    CHECK(is_ready(world.next()));
}

TEST_CASE("a copy whose host pauses says where its log ends, stops, and is started for nothing") {
    World world = following();
    world.session.paused = true;
    world.session.may_tell_until = world.now.mono + Duration(5'000);
    world.order.leader.reset();
    ++world.order.cut;
    ++world.order.serial;
    world.does(StepKind::Prepare).does(StepKind::Reload);
    world.session.next_probe = {};
    world.stands_at(1, 40, false).does(StepKind::Probe);
    REQUIRE(world.count<lead::ReceiverStopped>() == 1);
    CHECK(world.told.back().is<lead::ReceiverStopped>());
    world.does(StepKind::Stop);
    CHECK(world.waits("its host has paused this box"));
    world.now.mono = world.now.mono + Duration(6'000);
    CHECK(world.next().until > world.now.mono + Duration(3'600'000));  // only orders change that
    ++world.order.cut;
    CHECK(world.next().kind == StepKind::Wait);
    world.tell(false);
    REQUIRE(world.count<lead::ReceiverStopped>() == 2);
    CHECK_FALSE(world.told.back().get<lead::ReceiverStopped>().position);
    world.session.paused = false;
    ++world.order.serial;
    world.does(StepKind::Prepare).does(StepKind::Start);
}

TEST_CASE("a copy that does not say within its time where its log ends is stopped all the same") {
    World world = following();
    world.session.paused = true;
    world.session.may_tell_until = world.now.mono + Duration(5'000);
    ++world.order.cut;
    CHECK(world.next().kind != StepKind::Stop);
    world.now.mono = world.now.mono + Duration(5'000);
    world.does(StepKind::Stop);
    CHECK(world.count<lead::ReceiverStopped>() == 1);
}

TEST_CASE("a leader on a paused box is killed first, and told so") {
    World world = leading();
    ++world.order.kill;
    world.session.paused = true;
    world.does(StepKind::Fence);
    CHECK(world.count<lead::Fenced>() == 1);
    CHECK(world.waits("its host has paused this box"));
}

TEST_CASE("a copy that its host refuses and wants stopped tells where its log ends first") {
    World world = following();
    world.session.refused = {"takes no tenants of RU", false};
    CHECK(world.next().kind != StepKind::Stop);  // served until another box has it
    world.session.refused.now = true;
    world.session.may_tell_until = world.now.mono + Duration(5'000);
    ++world.order.cut;
    CHECK(world.next().kind != StepKind::Stop);
    world.now.mono = world.now.mono + Duration(5'000);
    world.does(StepKind::Stop);
    CHECK(world.count<lead::ReceiverStopped>() == 1);
    CHECK(world.waits("refused_by_host: its host takes no tenants of RU"));
}
