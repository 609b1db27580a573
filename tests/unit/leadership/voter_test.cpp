#include "common/leadership/voter.h"

#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

namespace {

constexpr MonoTime noon{1'000'000};

struct Voter {
    Durable durable = durable_of(1, record_of_three());
    Promise promise;
    std::optional<LogPosition> position = at(1, 50);
    bool leads = false;
    VoterView view() const { return {durable, promise, ReplicaIndex{1}, leads, position}; }
    Reason vote(const Candidacy& asked) const { return judge_vote(view(), asked, noon); }
};

struct Asking {
    Record record = record_of_three();
    Candidacy by(int who, std::uint64_t epoch, LogPosition position) const {
        return {ReplicaIndex{who}, record, position, Epoch(epoch)};
    }
};

}  // namespace

TEST_CASE("a free voter votes once in an epoch") {
    Voter voter;
    const Asking asking;
    const Candidacy second = asking.by(2, 2, at(1, 50));
    REQUIRE(voter.vote(second) == Reason::None);
    voter.durable = after_vote(voter.view(), second, noon);
    CHECK(voter.durable.epoch == Epoch(2));
    CHECK(voter.durable.voted_for == ReplicaIndex{2});
    CHECK(voter.vote(second) == Reason::None);  // the same answer again
    CHECK(voter.vote(asking.by(0, 2, at(1, 50))) == Reason::VotedAlready);
    CHECK(voter.vote(asking.by(0, 1, at(1, 50))) == Reason::OlderEpoch);
}

TEST_CASE("who promised elects nobody but the holder") {
    Voter voter;
    const Asking asking;
    voter.promise = after_promise({}, Duration(7'000), Duration(100), noon);
    CHECK(voter.promise.until == noon + Duration(7'100));
    CHECK(voter.vote(asking.by(2, 2, at(1, 50))) == Reason::Promised);
    CHECK(voter.vote(asking.by(0, 2, at(1, 50))) == Reason::None);
    CHECK(judge_vote(voter.view(), asking.by(2, 2, at(1, 50)), noon + Duration(7'100)) ==
          Reason::None);
    voter.promise.released = true;
    CHECK(voter.vote(asking.by(2, 2, at(1, 50))) == Reason::None);
}

TEST_CASE("a restarted voter is quiet, released or not, and must be remembered") {
    Voter voter;
    const Asking asking;
    voter.promise.quiet_until = noon + Duration(1);
    voter.promise.released = true;
    CHECK(voter.vote(asking.by(2, 2, at(1, 50))) == Reason::Promised);
    CHECK(voter.vote(asking.by(0, 2, at(1, 50))) == Reason::None);
    voter.promise.remembered = false;
    CHECK(voter.vote(asking.by(0, 2, at(1, 50))) == Reason::Quiet);
}

TEST_CASE("who is ahead or cannot tell refuses") {
    Voter voter;
    const Asking asking;
    CHECK(voter.vote(asking.by(2, 2, at(1, 49))) == Reason::Ahead);
    CHECK(voter.vote(asking.by(2, 2, at(0, 900))) == Reason::Ahead);
    voter.position.reset();
    CHECK(voter.vote(asking.by(2, 2, at(1, 50))) == Reason::Silent);
}

TEST_CASE("a copy being rejoined votes only for a log that contains its base") {
    Voter voter;
    const Asking asking;
    voter.durable.rejoining = true;
    CHECK(voter.vote(asking.by(2, 2, at(1, 900))) == Reason::Silent);
    voter.durable.rejoin_base = RejoinBase{{Generation(1), Epoch(1)}, at(0, 40)};
    CHECK(voter.vote(asking.by(2, 2, at(1, 10))) == Reason::None);
    CHECK(voter.vote(asking.by(2, 2, at(0, 40))) == Reason::None);
    CHECK(voter.vote(asking.by(2, 2, at(0, 39))) == Reason::Silent);
}

TEST_CASE("an older record, or a candidate outside S, is refused") {
    Voter voter;
    Asking asking;
    voter.durable.record->ballot.seq = 2;
    CHECK(voter.vote(asking.by(2, 2, at(1, 50))) == Reason::OlderRecord);
    asking.record.ballot.seq = 3;
    asking.record.in_sync = {ReplicaIndex{0}, ReplicaIndex{1}};
    CHECK(voter.vote(asking.by(2, 2, at(1, 50))) == Reason::NotInSync);
    asking.record.members[1].incarnation = {7, 7};
    CHECK(voter.vote(asking.by(0, 2, at(1, 50))) == Reason::NotMember);
}

TEST_CASE("a leader and a retired voter vote for nobody") {
    Voter voter;
    const Asking asking;
    voter.leads = true;
    CHECK(voter.vote(asking.by(2, 2, at(1, 50))) == Reason::Leads);
    voter.durable.retired = true;
    CHECK(voter.vote(asking.by(2, 2, at(1, 50))) == Reason::Retired);
    CHECK(to_text(Reason::Retired) == "retired");
}

TEST_CASE("a question binds to no epoch") {
    const Voter voter;
    const Asking asking;
    CHECK(judge_prevote(voter.view(), asking.by(2, 1, at(1, 50)), noon) == Reason::None);
}

TEST_CASE("a write is accepted from its leader, never backwards, never with another content") {
    Voter voter;
    Record next = record_of_three();
    CHECK(judge_write(voter.view(), ReplicaIndex{0}, next) == Reason::None);
    CHECK(judge_write(voter.view(), ReplicaIndex{2}, next) == Reason::NotHolder);
    next.k = 1;
    CHECK(judge_write(voter.view(), ReplicaIndex{0}, next) == Reason::InvalidRecord);
    next.ballot.seq = 2;
    CHECK(judge_write(voter.view(), ReplicaIndex{0}, next) == Reason::None);
    voter.durable = after_holding(voter.durable, next);
    CHECK(judge_write(voter.view(), ReplicaIndex{0}, record_of_three()) == Reason::OlderRecord);
    voter.durable.epoch = Epoch(2);
    CHECK(judge_write(voter.view(), ReplicaIndex{0}, next) == Reason::OlderEpoch);
}

TEST_CASE("the longest promise falls only with a vote when no promise is alive") {
    Voter voter;
    voter.durable.t_max = Duration(20'000);
    const Asking asking;
    CHECK(after_holding(voter.durable, asking.record).t_max == Duration(20'000));
    const Candidacy own = asking.by(0, 2, at(1, 50));
    CHECK(after_vote(voter.view(), own, noon).t_max == Duration(7'000));
    voter.promise.until = noon + Duration(15'000);
    CHECK(after_vote(voter.view(), own, noon).t_max == Duration(20'000));
}

TEST_CASE("a shorter promise does not shorten the one before") {
    Promise promise = after_promise({}, Duration(20'000), Duration(100), noon);
    promise = after_promise(promise, Duration(7'000), Duration(100), noon);
    CHECK(promise.until == noon + Duration(20'100));
    promise.released = true;
    promise = after_promise(promise, Duration(7'000), Duration(100), noon);
    CHECK(promise.until == noon + Duration(7'100));
    CHECK_FALSE(promise.released);
}
