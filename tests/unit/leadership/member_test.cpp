#include "common/leadership/member.h"

#include "tests/unit/leadership/desk.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

namespace {

Vote vote_for(std::uint64_t epoch, LogPosition position) {
    return Vote{record_of_three(), position, Epoch(epoch)};
}

// Member 1 after its own candidacy in epoch 2 was granted by 2: elected, (2,1) written.
Desk elected() {
    Desk desk(1);
    desk.settle(at(1, 50));
    for (int tick = 0; tick < 60 && desk.state.role == Role::Follower; ++tick) desk.tick();
    REQUIRE(desk.state.role == Role::PreCandidate);
    desk.hand(desk.answer_of<Prevote>(2, PrevoteAnswer{}));
    REQUIRE(desk.state.role == Role::Candidate);
    if (desk.state.data.cutting) desk.hand(ReceiverStopped{at(1, 50)});
    REQUIRE(desk.sent<Vote>() != nullptr);
    VoteAnswer yes;
    yes.epoch = Epoch(2);
    yes.promised = Duration(7'000);
    Message answer = desk.answer_of<Vote>(2, yes);
    answer.envelope.epoch = Epoch(2);
    desk.write_disk();
    desk.hand(answer);
    return desk;
}

}  // namespace

TEST_CASE(
    "a receiver is stopped before its member votes, and the vote is durable before it is told") {
    Desk desk(1);
    desk.settle(at(1, 50));
    desk.hand(desk.from(0, Renew{Epoch(1), record_of_three().ballot}));
    REQUIRE(desk.state.data.following);
    desk.state.promise.until = {};
    desk.hand(desk.from(2, vote_for(2, at(1, 60))));
    CHECK(desk.all<Cut>().size() == 1);
    CHECK(desk.sent<VoteAnswer>() == nullptr);
    CHECK(desk.state.durable.epoch == Epoch(1));
    desk.hand(ReceiverStopped{at(1, 55)});
    REQUIRE(desk.sent<VoteAnswer>() != nullptr);
    CHECK(desk.sent<VoteAnswer>()->reason == Reason::None);
    const auto sends = desk.all<Send>();
    const auto persists = desk.all<Persist>();
    REQUIRE(persists.size() == 1);
    CHECK(sends.back().needs == persists[0].version);
    CHECK(persists[0].durable.voted_for == ReplicaIndex{2});
}

TEST_CASE("after its cut a voter checks again: it may be ahead") {
    Desk desk(1);
    desk.settle(at(1, 50));
    desk.hand(desk.from(0, Renew{Epoch(1), record_of_three().ballot}));
    desk.state.promise.until = {};
    desk.hand(desk.from(2, vote_for(2, at(1, 60))));
    desk.hand(ReceiverStopped{at(1, 61)});
    REQUIRE(desk.sent<VoteAnswer>() != nullptr);
    CHECK(desk.sent<VoteAnswer>()->reason == Reason::Ahead);
    CHECK(desk.state.durable.epoch == Epoch(1));
    CHECK(desk.all<Follow>().size() == 1);  // back to its leader
}

TEST_CASE("a voter promises only in the epoch its disk knows, and to one that hears it") {
    Desk desk(1);
    desk.settle(at(1, 50));
    Message stale = desk.from(0, Renew{Epoch(1), {}});
    stale.envelope.echo = Stamp{1, desk.now + Duration(-2'400)};
    desk.hand(stale);
    REQUIRE(desk.sent<RenewAnswer>() != nullptr);
    CHECK(desk.sent<RenewAnswer>()->reason == Reason::StaleEcho);
    desk.hand(desk.from(0, Renew{Epoch(1), {}}));
    CHECK(desk.sent<RenewAnswer>()->promised == Duration(7'000));
    CHECK(desk.all<Send>().back().needs == 0);  // a slow disk ends no lease
    desk.state.disk.epoch = Epoch();
    desk.hand(desk.from(0, Renew{Epoch(1), {}}));
    CHECK(desk.sent<RenewAnswer>()->promised == Duration(0));
}

TEST_CASE("a released promise stays released for its epoch") {
    Desk desk(1);
    desk.settle(at(1, 50));
    desk.hand(desk.from(0, Renew{Epoch(1), {}}));
    CHECK(desk.state.promise.until > desk.now);
    desk.hand(desk.from(0, Resign{Epoch(1), ReplicaIndex{1}}));
    CHECK(desk.state.preferred);
    desk.hand(desk.from(0, Renew{Epoch(1), {}}));
    CHECK(desk.sent<RenewAnswer>()->reason == Reason::NotHolder);
    desk.tick();
    CHECK(desk.state.role == Role::PreCandidate);  // the preferred waits nothing
}

TEST_CASE("who is not preferred leaves the heir a moment to itself, and stands when it fails") {
    Desk desk(1);
    desk.settle(at(1, 50));
    desk.hand(desk.from(0, Renew{Epoch(1), {}}));
    desk.hand(desk.from(0, Resign{Epoch(1), ReplicaIndex{2}}));
    desk.hand(desk.from(0, Resign{Epoch(1), ReplicaIndex{2}}));  // sent three times: one moment
    desk.now = desk.now + Duration(1'400);
    desk.tick();
    CHECK(desk.state.role == Role::Follower);
    desk.now = desk.now + Duration(1'000);
    desk.tick();
    CHECK(desk.state.role == Role::PreCandidate);
}

TEST_CASE("elected, a leader writes its record before anything else, and promotes when committed") {
    Desk desk = elected();
    REQUIRE(desk.state.role == Role::Leader);
    CHECK(desk.state.leading.stage == Stage::Writing);
    CHECK(desk.state.durable.record->ballot == Ballot{Generation(1), Epoch(2), 1});
    CHECK(desk.all<Lease>().size() == 1);
    CHECK(desk.all<Promote>().empty());
    const auto answer =
        desk.answer_of<Write>(2, WriteAnswer{desk.state.durable.record->ballot, Reason::None,
                                             Duration(7'000), std::nullopt, ""});
    desk.write_disk();
    CHECK(desk.all<SetQuorum>().empty());
    Message accepted = answer;
    accepted.envelope.epoch = Epoch(2);
    desk.hand(accepted);
    REQUIRE(desk.all<SetQuorum>().size() == 1);
    CHECK(desk.all<SetQuorum>()[0].quorum.k_db == 2);
    CHECK(desk.all<Promote>().empty());
    desk.hand(QuorumShown{desk.state.leading.quorum_number + 7});
    CHECK(desk.all<Promote>().empty());  // of another order
    desk.hand(QuorumShown{desk.state.leading.quorum_number});
    CHECK(desk.all<Promote>().size() == 1);
    const Fence fence{Generation(1), Epoch(2)};
    desk.hand(Promoted{fence});
    REQUIRE(desk.all<ReadEnd>().size() == 1);
    const auto number = desk.all<ReadEnd>()[0].number;
    desk.hand(EndRead{number, Lsn(51)});
    CHECK(desk.all<Clients>().empty());
    desk.hand(Flushed{ReplicaIndex{2}, fence, Lsn(50)});
    CHECK(desk.all<Clients>().empty());
    desk.hand(Flushed{ReplicaIndex{2}, fence, Lsn(51)});
    REQUIRE(desk.all<Clients>().size() == 1);
    CHECK(desk.state.leading.stage == Stage::Open);
    CHECK(desk.state.health.opened_at == desk.now);
    const MonoTime opened = desk.now;
    desk.now = desk.now + Duration(1'000);
    desk.hand(WaitBroken{});
    CHECK(desk.state.leading.stage == Stage::Closed);
    CHECK(desk.state.health.opened_at == opened);  // the first time counts
    desk.now = desk.state.leading.lease_until;
    desk.hand(Tick{{0}});
    CHECK(desk.state.role == Role::Fencing);
    CHECK_FALSE(desk.state.health.opened_at);
}

// Seed 5195752056092825102: k was raised over a commit that one other held.
TEST_CASE("a step whose end was read before a wait was broken reads it again") {
    Desk desk = elected();
    REQUIRE(desk.state.role == Role::Leader);
    desk.state.leading.stage = Stage::Open;
    desk.state.leading.work = SyncWork{SyncStep::RaiseK, {}, SyncPhase::Holding, Lsn(51), desk.now};
    desk.hand(WaitBroken{});
    CHECK(desk.state.leading.stage == Stage::Closed);
    CHECK(desk.state.leading.work->phase == SyncPhase::ReadingEnd);
    const auto read = desk.all<ReadEnd>();
    REQUIRE_FALSE(read.empty());
    desk.hand(EndRead{read[0].number, Lsn(60)});
    CHECK(desk.state.leading.work->end == Lsn(60));
}

TEST_CASE("a leader whose lease is over fences first and resigns only when it is dead") {
    Desk desk = elected();
    REQUIRE(desk.state.role == Role::Leader);
    desk.now = desk.state.leading.lease_until;
    desk.hand(desk.from(2, Read{1}));  // whatever it reads first after a freeze
    CHECK(desk.state.role == Role::Fencing);
    CHECK(desk.all<KillService>().size() == 1);
    CHECK(desk.state.durable.resigned == Epoch());
    CHECK(desk.sent<Resign>() == nullptr);
    desk.hand(Fenced{Epoch(2)});
    CHECK(desk.state.durable.resigned == Epoch(2));
    REQUIRE(desk.sent<Resign>() != nullptr);
    for (const Send& sent : desk.all<Send>()) CHECK(sent.needs == desk.state.version);
}

TEST_CASE("a member in a higher epoch makes its leader resign") {
    Desk desk = elected();
    desk.tick();
    Message answer = desk.answer_of<Renew>(2, RenewAnswer{Epoch(2), Reason::OlderEpoch});
    answer.envelope.epoch = Epoch(3);
    desk.hand(answer);
    CHECK(desk.state.role == Role::Fencing);
}

TEST_CASE("a leader that restarts resumes, but serves only upon new promises") {
    Desk desk(0);
    CHECK(desk.state.role == Role::Resuming);
    CHECK(desk.all<Clients>().size() == 1);
    desk.write_disk();
    desk.tick();
    CHECK(desk.sent<Renew>() != nullptr);
    CHECK(desk.all<Lease>().empty());
    desk.hand(desk.answer_of<Renew>(
        1, RenewAnswer{Epoch(1), Reason::None, Duration(7'000), {}, std::nullopt}));
    CHECK(desk.state.role == Role::Leader);
    CHECK(desk.sent<Write>() != nullptr);  // the same record, to be committed again
    Durable resigned = durable_of(0, record_of_three());
    resigned.resigned = Epoch(1);
    CHECK(Desk(0, resigned).state.role == Role::Follower);
}

TEST_CASE("a voter that others remember better than itself retires") {
    Desk desk(1);
    desk.settle(at(1, 50));
    desk.hand(desk.from(0, Renew{Epoch(1), {}}));
    Message message = desk.from(0, Renew{Epoch(1), {}});
    message.envelope.seen = desk.state.counter + 1;
    desk.hand(message);
    CHECK(desk.state.durable.retired);
    CHECK(desk.all<Cut>().size() == 1);
    desk.hand(ReceiverStopped{at(1, 50)});
    CHECK(desk.all<Follow>().empty());
    desk.hand(desk.from(2, vote_for(2, at(1, 60))));
    CHECK(desk.sent<VoteAnswer>()->reason == Reason::Retired);
}

TEST_CASE("one that is no member is told the record that excludes it") {
    Desk desk(1);
    desk.settle(at(1, 50));
    Message stranger = desk.from(2, Renew{Epoch(1), {}});
    stranger.envelope.incarnation = {9, 9};
    desk.hand(stranger);
    REQUIRE(desk.sent<Refused>() != nullptr);
    CHECK(desk.sent<Refused>()->record == desk.state.disk.record);
}

TEST_CASE("a newer generation binds whoever its record names, and old promises go on") {
    Desk desk(1);
    desk.settle(at(1, 50));
    desk.hand(desk.from(0, Renew{Epoch(1), {}}));
    const MonoTime until = desk.state.promise.until;
    Record first = record_of_three();
    first.ballot = {Generation(2), Epoch(), 0};
    first.leader.reset();
    first.members = {entry(1), entry(2)};
    first.in_sync = {ReplicaIndex{1}, ReplicaIndex{2}};
    first.k = first.copies = first.floor = 1;
    desk.hand(NewGeneration{first});
    desk.hand(ReceiverStopped{at(1, 50)});
    CHECK(desk.state.durable.generation == Generation(2));
    CHECK(desk.state.durable.epoch == Epoch());
    CHECK(desk.state.promise.until == until);
    desk.hand(desk.from(0, Write{record_of_three()}));
    CHECK(desk.sent<WriteAnswer>() == nullptr);
}

TEST_CASE(
    "a leader whose host pauses stops at once, votes, and stands for nothing until he resumes") {
    Desk desk = elected();
    REQUIRE(desk.state.role == Role::Leader);
    desk.hand(HostPauses{true});
    CHECK(desk.state.role == Role::Fencing);
    CHECK(desk.all<KillService>().size() == 1);
    desk.hand(Fenced{Epoch(2)});
    CHECK(desk.state.fenced_for == LeadershipEndReason::HostStops);
    CHECK(desk.all<Cut>().size() == 1);  // before it falls silent it says where its log ends
    desk.write_disk();
    desk.hand(ReceiverStopped{at(2, 51)});
    desk.state.promise = {};
    desk.state.promise.remembered = true;
    for (int tick = 0; tick < 400; ++tick) {
        desk.tick();
        REQUIRE(desk.state.role == Role::Follower);
        REQUIRE(desk.all<Follow>().empty());
    }
    Record asked = *desk.state.durable.record;
    Message ahead = desk.from(2, Prevote{asked, at(2, 51), Epoch(3)});
    ahead.envelope.epoch = Epoch(2);
    desk.hand(ahead);
    REQUIRE(desk.sent<PrevoteAnswer>() != nullptr);
    CHECK(desk.sent<PrevoteAnswer>()->reason == Reason::None);
    desk.hand(HostPauses{false});
    for (int tick = 0; tick < 400 && desk.state.role == Role::Follower; ++tick) desk.tick();
    CHECK(desk.state.role == Role::PreCandidate);
}

// Its agent restarted while it was paused, or its service hung.
TEST_CASE("a copy that could not say where its log ends says it after the pause, and follows") {
    Desk desk(1);
    desk.hand(HostPauses{true});
    desk.write_disk();
    desk.hand(ReceiverStopped{std::nullopt});
    desk.state.promise.remembered = true;
    desk.tick();
    CHECK(desk.all<Cut>().empty());
    CHECK(desk.all<Follow>().empty());
    desk.hand(HostPauses{false});
    desk.hand(PositionRead{at(1, 50)});
    CHECK(desk.state.data.position == at(1, 50));
    desk.write_disk();
    CHECK(desk.state.data.following == Fence{Generation(1), Epoch(1)});
}

// L18, simulator: TEST_SEED=2791869909622305618. The word that it cannot tell is of the pause.
TEST_CASE("so does one whose pause ended while it was being cut") {
    Desk desk(1);
    desk.state.promise.remembered = true;
    desk.hand(HostPauses{true});
    desk.tick();
    REQUIRE(desk.state.data.cutting);
    desk.hand(HostPauses{false});
    desk.hand(ReceiverStopped{std::nullopt});
    CHECK_FALSE(desk.state.data.stopped);
    desk.hand(PositionRead{at(1, 50)});
    CHECK(desk.state.data.position == at(1, 50));
}

TEST_CASE("a candidate whose host pauses gives up; a leader that restarted does not resume") {
    Desk candidate(1);
    candidate.settle(at(1, 50));
    for (int tick = 0; tick < 60 && candidate.state.role == Role::Follower; ++tick)
        candidate.tick();
    REQUIRE(candidate.state.role == Role::PreCandidate);
    candidate.hand(HostPauses{true});
    CHECK(candidate.state.role == Role::Follower);
    Desk restarted(0);
    REQUIRE(restarted.state.role == Role::Resuming);
    restarted.hand(HostPauses{true});
    CHECK(restarted.state.role == Role::Fencing);
}

namespace {

// Member 1 streamed from 0 until that fell silent; it stands, and its receiver is being stopped.
Desk being_cut() {
    Desk desk(1);
    desk.settle(at(1, 50));
    desk.hand(desk.from(0, Renew{Epoch(1), record_of_three().ballot}));
    REQUIRE(desk.state.data.following);
    desk.state.promise.until = {};
    for (int tick = 0; tick < 60 && desk.state.role == Role::Follower; ++tick) desk.tick();
    desk.hand(desk.answer_of<Prevote>(2, PrevoteAnswer{}));
    REQUIRE(desk.state.role == Role::Candidate);
    REQUIRE(desk.state.data.cutting);
    return desk;
}

void pass(Desk& desk, Duration span) {
    for (Duration passed{0}; passed < span; passed += Duration(50)) desk.tick();
}

// Until it asks again.
void ask(Desk& desk) {
    for (int tick = 0; tick < 20 && desk.sent<Vote>() == nullptr; ++tick) desk.tick();
    REQUIRE(desk.sent<Vote>() != nullptr);
}

void grant(Desk& desk) {
    const Epoch epoch = desk.sent<Vote>()->epoch;
    VoteAnswer yes;
    yes.epoch = epoch;
    yes.promised = Duration(7'000);
    Message answer = desk.answer_of<Vote>(2, yes);
    answer.envelope.epoch = epoch;
    desk.hand(answer);
}

// Member 1 leads with the log it stood with, alone in S, and was told to promote it.
Desk promoting(const LogPosition& start) {
    Record first = first_of_three();
    first.in_sync = {ReplicaIndex{1}};
    first.k = 1;
    Desk desk(1, durable_of(1, first));
    desk.settle(start);
    for (int tick = 0; tick < 60 && desk.state.role == Role::Follower; ++tick) desk.tick();
    desk.hand(desk.answer_of<Prevote>(2, PrevoteAnswer{}));
    desk.write_disk();
    ask(desk);
    grant(desk);
    REQUIRE(desk.state.role == Role::Leader);
    desk.state.peers[ReplicaIndex{2}].promised_until = desk.now + Duration(3'600'000);
    desk.state.peers[ReplicaIndex{2}].accepted = desk.state.durable.record->ballot;
    desk.write_disk();
    REQUIRE(desk.all<SetQuorum>().size() == 1);
    desk.hand(QuorumShown{desk.all<SetQuorum>()[0].number});
    REQUIRE(desk.all<Promote>().size() == 1);
    return desk;
}

}  // namespace

TEST_CASE(
    "a promotion may take a minute, but a first leader makes its copy for as long as it takes") {
    Desk ordinary = promoting(at(0, 50));
    pass(ordinary, Duration(59'900));
    CHECK(ordinary.state.role == Role::Leader);
    pass(ordinary, Duration(200));
    CHECK(ordinary.state.role == Role::Fencing);
    Desk first = promoting(LogPosition{});
    pass(first, Duration(300'000));
    CHECK(first.state.role == Role::Leader);
    first.hand(Promoted{{Generation(1), first.state.durable.epoch}});
    CHECK(first.all<ReadEnd>().size() == 1);
}

TEST_CASE("a leader whose promotion fails twice gives up, but not one that makes the first copy") {
    Desk ordinary = promoting(at(0, 50));
    const PromotionFailed failed{{Generation(1), ordinary.state.durable.epoch}};
    ordinary.hand(PromotionFailed{{Generation(1), Epoch(1)}});  // of an earlier lead
    ordinary.hand(failed);
    pass(ordinary, Duration(1'000));
    CHECK(ordinary.state.role == Role::Leader);
    ordinary.hand(failed);
    pass(ordinary, Duration(200));
    CHECK(ordinary.state.role == Role::Fencing);
    Desk first = promoting(LogPosition{});
    for (int time = 0; time < 9; ++time)
        first.hand(PromotionFailed{{Generation(1), first.state.durable.epoch}});
    pass(first, Duration(1'000));
    CHECK(first.state.role == Role::Leader);
}

TEST_CASE("a candidate whose own cut takes longer than a round is elected all the same") {
    Desk desk = being_cut();
    pass(desk, Duration(4'000));
    CHECK(desk.state.role == Role::Candidate);
    CHECK(desk.sent<Vote>() == nullptr);
    CHECK(desk.state.durable.epoch == Epoch(1));  // nobody is asked, nothing is raised
    desk.hand(ReceiverStopped{at(1, 50)});
    REQUIRE(desk.sent<Vote>() != nullptr);
    desk.write_disk();
    ask(desk);
    grant(desk);
    CHECK(desk.state.role == Role::Leader);
}

TEST_CASE("so is one whose disk takes longer than a round") {
    Desk desk = being_cut();
    desk.hand(ReceiverStopped{at(1, 50)});
    pass(desk, Duration(4'000));
    CHECK(desk.state.role == Role::Candidate);
    desk.write_disk();
    ask(desk);
    grant(desk);
    CHECK(desk.state.role == Role::Leader);
}

TEST_CASE("a round is given up two seconds after the others could hear of it") {
    Desk desk = being_cut();
    pass(desk, Duration(4'000));
    desk.hand(ReceiverStopped{at(1, 50)});
    desk.write_disk();
    pass(desk, Duration(1'950));
    CHECK(desk.state.role == Role::Candidate);
    desk.tick();
    CHECK(desk.state.role == Role::Follower);
    CHECK(desk.state.durable.resigned == Epoch(2));
    CHECK(desk.state.data.stopped);  // the next round begins with the copy as it is
}

TEST_CASE("a candidate that is being cut stands aside as soon as its leader is heard again") {
    Desk desk = being_cut();
    pass(desk, Duration(4'000));
    desk.hand(desk.from(0, Renew{Epoch(1), record_of_three().ballot}));
    CHECK(desk.state.role == Role::Follower);
    desk.hand(ReceiverStopped{at(1, 50)});
    CHECK(desk.state.durable.epoch == Epoch(1));
    CHECK(desk.state.data.following);
}
