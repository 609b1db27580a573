// How a copy rejoins: member_data.cpp.
#include "tests/unit/leadership/desk.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

namespace {

const Fence first_fence{Generation(1), Epoch(1)};

Record started_at(LogPosition start) {
    Record record = record_of_three();
    record.start = start;
    return record;
}

// Member 1 of the record led by 0, which renews and has committed it.
Desk follower(LogPosition position) {
    Desk desk(1, durable_of(1, started_at(at(0, 40))));
    desk.settle(position);
    desk.hand(desk.from(0, Renew{Epoch(1), record_of_three().ballot}));
    return desk;
}

}  // namespace

TEST_CASE("a copy that is ahead of its leader rejoins, its base on the disk first") {
    Desk desk = follower(at(0, 50));
    CHECK(desk.state.durable.rejoining);
    CHECK(desk.state.durable.rejoin_base == RejoinBase{first_fence, at(0, 40)});
    CHECK(desk.all<Rejoin>().empty());
    desk.write_disk();
    CHECK(desk.all<Rejoin>().size() == 1);
    desk.hand(Rejoined{at(1, 60)});
    CHECK_FALSE(desk.state.durable.rejoining);
    CHECK_FALSE(desk.state.durable.rejoin_base);
}

// Its service could not be started then, or its hook lied; for good, it followed nobody any more.
TEST_CASE("a copy that could not say where its log ends is asked again once it can") {
    Desk desk(1, durable_of(1, started_at(at(0, 40))));
    desk.settle_after(ReceiverStopped{});
    desk.hand(desk.from(0, Renew{Epoch(1), record_of_three().ballot}));
    desk.write_disk();
    desk.hand(PositionRead{});
    CHECK_FALSE(desk.state.data.following);
    CHECK_FALSE(desk.state.data.cutting);
    desk.hand(PositionRead{at(0, 30)});  // not all of it is replayed, perhaps: no answer
    CHECK(desk.state.data.cutting);
    CHECK_FALSE(desk.state.data.position);
    desk.hand(ReceiverStopped{at(0, 40)});
    CHECK(desk.state.data.following == first_fence);
}

// Seeds 5722852413842388273 and 5722852413842388286, clocks wild: it went on receiving.
TEST_CASE("a copy found bad while it streams is cut before its base is told") {
    Desk desk = follower(at(0, 40));
    desk.write_disk();
    REQUIRE(desk.state.data.following == first_fence);
    desk.hand(Diverged{});
    CHECK(desk.all<Cut>().size() == 1);
    CHECK_FALSE(desk.state.durable.rejoining);
    SECTION("it flushed the marker meanwhile: no base") {
        desk.hand(ReceiverStopped{at(1, 45)});
        CHECK(desk.state.durable.rejoining);
        CHECK_FALSE(desk.state.durable.rejoin_base);
    }
    SECTION("it did not") {
        desk.hand(ReceiverStopped{at(0, 40)});
        CHECK(desk.state.durable.rejoin_base == RejoinBase{first_fence, at(0, 40)});
    }
}

TEST_CASE("a copy of which nothing was replaced is an ordinary one again when it is cut") {
    Desk desk = follower(at(0, 50));
    desk.write_disk();
    REQUIRE(desk.all<Rejoin>().size() == 1);
    // Its leader falls silent: what cannot be fetched must not cost a copy.
    desk.tick(Duration(7'200));
    REQUIRE(desk.all<Cut>().size() == 1);
    SECTION("whole") {
        desk.hand(ReceiverStopped{at(0, 50), true});
        CHECK_FALSE(desk.state.durable.rejoining);
        desk.write_disk();
        CHECK(desk.all<Rejoin>().empty());
        for (int tick = 0; tick < 60 && desk.state.role == Role::Follower; ++tick) desk.tick();
        CHECK(desk.state.role == Role::PreCandidate);
    }
    SECTION("torn") {
        desk.hand(ReceiverStopped{at(0, 45), false});
        CHECK(desk.state.durable.rejoining);
        CHECK(desk.state.durable.rejoin_base);
        for (int tick = 0; tick < 60; ++tick) desk.tick();
        CHECK(desk.state.role == Role::Follower);
        desk.hand(desk.from(0, Renew{Epoch(1), record_of_three().ballot}));
        CHECK(desk.all<Rejoin>().size() == 1);  // it is back
    }
}

TEST_CASE("a forced generation finds whether the copy is whole before it takes it") {
    Desk desk = follower(at(0, 50));
    desk.write_disk();
    Record forced = record_of_three();
    forced.ballot = {Generation(2), Epoch(), 0};
    forced.leader.reset();
    forced.members = {entry(1)};
    forced.in_sync = {ReplicaIndex{1}};
    forced.k = forced.copies = forced.floor = 1;
    desk.hand(NewGeneration{forced});
    REQUIRE(desk.all<Cut>().size() == 1);
    CHECK(desk.state.durable.generation == Generation(1));
    desk.hand(ReceiverStopped{at(0, 50), true});
    CHECK(desk.state.durable.generation == Generation(2));
    CHECK_FALSE(desk.state.durable.rejoining);
}

// Seed 714483133471824812, copies found bad all the time: a slow disk has both old words still.
TEST_CASE("a copy neither rejoins nor streams while an older word of its rejoin may land") {
    Desk desk = follower(at(0, 50));
    const Version begun = desk.state.version;
    desk.hand(Persisted{begun});
    REQUIRE(desk.all<Rejoin>().size() == 1);
    desk.hand(Rejoined{at(1, 60)});
    const Version done = desk.state.version;
    desk.hand(Diverged{});
    desk.hand(ReceiverStopped{at(1, 60)});
    const Version again = desk.state.version;
    REQUIRE(again > done);
    CHECK(desk.all<Rejoin>().empty());  // the disk says "rejoining", of the rejoin before
    desk.hand(Persisted{done});
    CHECK(desk.all<Rejoin>().empty());
    desk.hand(Persisted{again});
    CHECK(desk.all<Rejoin>().size() == 1);
    desk.hand(Rejoined{at(1, 70)});
    CHECK(desk.all<Follow>().empty());
    desk.write_disk();
    CHECK(desk.all<Follow>().size() == 1);
}

// S was to grow by 2: member 1 accepted that record, the write to 2 was lost, 2 streamed on, and
// the leader is gone for good. By its own record 2 is not in S, so it never stands; 1 is behind it.
TEST_CASE("who is ahead of a candidate whose newer record has it in S learns that and stands") {
    Record old = record_of_three();
    old.in_sync = {ReplicaIndex{0}, ReplicaIndex{1}};
    Record grown = record_of_three();
    grown.ballot.seq = old.ballot.seq + 1;
    Desk behind(1, durable_of(1, grown));
    behind.settle(at(1, 50));
    Desk ahead(2, durable_of(2, old));
    ahead.settle(at(1, 60));

    std::optional<Prevote> asked;
    for (int tries = 0; tries < 1000 && !asked; ++tries) {
        behind.tick();
        if (const Prevote* asks = behind.sent<Prevote>()) asked = *asks;
    }
    REQUIRE(asked);
    ahead.hand(ahead.from(1, *asked));
    CHECK(ahead.sent<PrevoteAnswer>()->reason == Reason::Ahead);
    CHECK(ahead.state.durable.record->ballot == grown.ballot);
    ahead.write_disk();
    bool stands = false;
    for (int tries = 0; tries < 1000 && !stands; ++tries) {
        ahead.tick();
        stands = ahead.sent<Prevote>() != nullptr;
    }
    CHECK(stands);
}
