#include "node-agent/domain/lead_notes.h"

#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;
namespace lead = foyer::leadership;

namespace {

constexpr WallTime noon{1'772'368'200'000};
constexpr MonoTime start{1'000'000};

// Member 1 of a group that 0 leads in epoch 1, with a promise to 0.
class Follower {
public:
    Follower() {
        state.identity = {lead::test::acme, ReplicaIndex{1}, 1};
        state.durable = lead::test::durable_of(1, lead::test::record_of_three());
        state.promise.until = start + Duration(7'100);
        state.peers[ReplicaIndex{0}].heard = start;
        look(0);
    }
    std::optional<LeadershipReport> look(std::int64_t at_ms) {
        const Duration span(at_ms);
        return note_lead(notes, state, {start + span, noon + span});
    }
    void be_elected(std::int64_t at_ms, std::uint64_t epoch = 2) {
        state.role = lead::Role::Leader;
        state.leading = {};
        state.leading.elected_with = *state.durable.record;
        state.leading.elected_at = start + Duration(at_ms);
        state.durable.epoch = Epoch(epoch);
    }
    void stop(LeadershipEndReason why) {
        state.role = lead::Role::Fencing;
        state.leading = {};
        state.fenced_for = why;
    }

    lead::State state;
    LeadNotes notes;
};

}  // namespace

TEST_CASE("a silent leader: each moment is counted from its last word") {
    Follower one;
    one.state.warmed = true;
    CHECK_FALSE(one.look(5'100));
    CHECK_FALSE(one.look(7'150));  // the promise was over 50 ms ago
    one.be_elected(7'500);
    const auto elected = one.look(7'500);
    REQUIRE(elected);
    REQUIRE(elected->begin);
    CHECK(elected->fence == Fence{Generation(1), Epoch(2)});
    CHECK(elected->begin->cause == TakeoverCause::PromiseOver);
    CHECK(elected->begin->former == ReplicaIndex{0});
    CHECK(elected->begin->former_fence == Fence{Generation(1), Epoch(1)});
    CHECK(elected->begin->began_at == noon);
    CHECK(elected->begin->detected == Duration(5'100));
    CHECK(elected->begin->fenced == Duration(7'100));
    CHECK(elected->begin->elected == Duration(7'500));
    CHECK_FALSE(elected->begin->announced);
    CHECK_FALSE(one.look(7'550));  // nothing new
    one.state.leading.committed = one.state.durable.record;
    CHECK(one.look(7'600)->begin->announced == Duration(7'600));
    one.state.leading.promoted = true;
    CHECK(one.look(8'000)->begin->promoted == Duration(8'000));
    one.state.leading.stage = lead::Stage::Open;
    CHECK(one.look(8'200)->begin->opened == Duration(8'200));
    CHECK_FALSE(one.look(60'000));
}

TEST_CASE("a promise that was renewed after all is no takeover") {
    Follower one;
    one.state.warmed = true;
    one.look(5'100);
    one.state.warmed = false;
    one.state.promise.until = start + Duration(13'000);
    one.state.peers[ReplicaIndex{0}].heard = start + Duration(5'900);
    one.look(5'900);
    one.look(13'010);
    one.be_elected(13'100);
    const auto elected = one.look(13'100);
    REQUIRE(elected);
    CHECK(elected->begin->began_at == noon + Duration(5'900));
    CHECK(elected->begin->detected == Duration(7'100));
}

TEST_CASE("who resigned, and in whose favour, is told apart") {
    Follower resigned;
    resigned.state.promise.released = true;
    resigned.state.peers[ReplicaIndex{0}].heard = start + Duration(2'000);
    resigned.look(2'000);
    resigned.be_elected(2'400);
    const auto elected = resigned.look(2'400);
    REQUIRE(elected);
    CHECK(elected->begin->cause == TakeoverCause::Resigned);
    CHECK(elected->begin->fenced == Duration(0));
    Follower preferred;
    preferred.state.promise.released = preferred.state.preferred = true;
    preferred.look(2'000);
    preferred.state.preferred = false;  // it stands
    preferred.look(2'050);
    preferred.be_elected(2'100);
    CHECK(preferred.look(2'100)->begin->cause == TakeoverCause::HandedOver);
}

TEST_CASE("the first leader of a group takes over from nobody") {
    Follower one;
    one.state.durable.record->leader.reset();
    one.state.promise = {};
    one.look(100);
    one.be_elected(300);
    const auto elected = one.look(300);
    REQUIRE(elected);
    CHECK(elected->begin->cause == TakeoverCause::First);
    CHECK_FALSE(elected->begin->former);
}

TEST_CASE("a candidate that lost does not move the moment the leader was given up") {
    Follower one;
    one.look(7'100);
    one.state.durable.epoch = Epoch(2);  // voted for another, whom it promised
    one.state.promise.until = start + Duration(14'300);
    one.look(7'200);
    one.state.promise.released = true;  // and who gave up
    one.look(9'200);
    one.be_elected(9'900, 3);
    const auto elected = one.look(9'900);
    REQUIRE(elected);
    CHECK(elected->begin->cause == TakeoverCause::PromiseOver);
    CHECK(elected->begin->fenced == Duration(7'100));
}

TEST_CASE("how a leadership ended: since when nobody was let in, and why") {
    Follower one;
    one.look(7'100);
    one.be_elected(7'500);
    one.state.leading.stage = lead::Stage::Open;
    one.look(8'000);
    one.state.leading.stage = lead::Stage::Closed;  // a hand-over begins
    one.look(20'000);
    one.stop(LeadershipEndReason::HandedOver);
    CHECK_FALSE(one.look(20'300));
    one.state.role = lead::Role::Follower;
    const auto dead = one.look(20'400);
    REQUIRE(dead);
    REQUIRE(dead->end);
    CHECK(dead->begin);
    CHECK(dead->end->reason == LeadershipEndReason::HandedOver);
    CHECK(dead->end->ended_at == noon + Duration(20'400));
    CHECK(dead->end->closing == Duration(400));
}

TEST_CASE("an agent that was restarted tells how its leadership ended, not how it began") {
    Follower one;
    one.state.role = lead::Role::Resuming;
    CHECK_FALSE(one.look(100));
    one.state.role = lead::Role::Leader;
    CHECK_FALSE(one.look(300));
    one.stop(LeadershipEndReason::LeaseOver);
    one.look(9'000);
    one.state.role = lead::Role::Follower;
    const auto dead = one.look(9'050);
    REQUIRE(dead);
    CHECK_FALSE(dead->begin);
    REQUIRE(dead->end);
    CHECK(dead->end->closing == Duration(50));
}

TEST_CASE("a copy that leads twice in a row counts anew") {
    Follower one;
    one.look(7'100);
    one.be_elected(7'500);
    one.look(7'500);
    one.state.durable.record->leader = ReplicaIndex{1};
    one.state.durable.record->ballot.epoch = Epoch(2);
    one.stop(LeadershipEndReason::Ill);
    one.look(50'000);
    one.state.role = lead::Role::Follower;
    one.state.promise.released = true;
    CHECK(one.look(50'100)->end);
    one.be_elected(51'000, 3);
    const auto again = one.look(51'000);
    REQUIRE(again);
    CHECK_FALSE(again->end);
    CHECK(again->begin->former == ReplicaIndex{1});
    CHECK(again->begin->cause == TakeoverCause::Resigned);
    CHECK(again->begin->began_at == noon + Duration(50'100));
}
