// The chain as members make and keep it: member_chain.cpp.
#include "tests/unit/leadership/desk.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

namespace {

Durable fresh(int self) {
    Durable durable = durable_of(self, first_of_three());
    durable.voted_for.reset();
    return durable;
}

Signer signer(int index) { return {ReplicaIndex{index}, entry(index).incarnation}; }

Message vote_of(Desk& desk, int sender) {
    VoteAnswer yes;
    yes.epoch = desk.state.round.epoch;
    yes.promised = Duration(7'000);
    yes.signature = seal(entry(sender).key, vote_bytes(acme, signer(sender), *desk.state.stood));
    Message answer = desk.answer_of<Vote>(sender, yes);
    answer.envelope.epoch = yes.epoch;
    return answer;
}

Message accept_of(Desk& desk, int sender) {
    const Record& record = *desk.state.durable.record;
    WriteAnswer yes;
    yes.ballot = record.ballot;
    yes.promised = Duration(7'000);
    yes.signature = seal(entry(sender).key,
                         accept_bytes(acme, signer(sender), record.ballot, record.config_hash));
    Message answer = desk.answer_of<Write>(sender, yes);
    answer.envelope.epoch = record.ballot.epoch;
    return answer;
}

// Member 0 stands, its vote on the disk, requests on their way.
Desk candidate() {
    Desk desk(0, fresh(0), true);
    desk.settle({});
    for (int tick = 0; tick < 60 && desk.state.role == Role::Follower; ++tick) desk.tick();
    desk.hand(desk.answer_of<Prevote>(2, PrevoteAnswer{}));
    if (desk.state.data.cutting) desk.hand(ReceiverStopped{LogPosition{}});
    REQUIRE(desk.state.role == Role::Candidate);
    desk.write_disk();
    desk.tick(Duration(300));
    return desk;
}

Desk leader() {
    Desk desk = candidate();
    desk.hand(vote_of(desk, 2));
    REQUIRE(desk.state.role == Role::Leader);
    desk.write_disk();
    desk.tick(Duration(600));
    return desk;
}

}  // namespace

TEST_CASE("a vote without a good signature is no vote") {
    Desk desk = candidate();
    Message bad = vote_of(desk, 2);
    bad.body.edit<VoteAnswer>().signature = "seal";
    desk.hand(bad);
    CHECK(desk.state.role == Role::Candidate);
    desk.tick(Duration(600));
    desk.hand(vote_of(desk, 2));
    CHECK(desk.state.role == Role::Leader);
}

TEST_CASE("what is published can be verified from the first record") {
    Desk desk = leader();
    desk.hand(accept_of(desk, 1));
    const auto published = desk.all<Publish>();
    REQUIRE(published.size() == 1);
    CHECK(published[0].certificate.signatures.size() == 2);
    CHECK(verify_chain(acme, first_of_three(), published[0].chain, published[0].certificate,
                       verifier())
              .ok());
    desk.write_disk();
    desk.tick(Duration(1'000));
    REQUIRE(desk.sent<Announce>() != nullptr);
    CHECK(desk.sent<Announce>()->certificate == published[0].certificate);
}

TEST_CASE("a leader whose agent restarts has its certificate still") {
    Desk before = leader();
    before.hand(accept_of(before, 1));
    Durable durable = before.state.durable;
    durable.seen.clear();  // the desk counts its messages anew
    Desk desk(0, durable, true);
    REQUIRE(desk.state.role == Role::Resuming);
    desk.write_disk();
    desk.tick();
    RenewAnswer yes;
    yes.epoch = desk.state.durable.epoch;
    yes.promised = Duration(7'000);
    Message answer = desk.answer_of<Renew>(2, yes);
    answer.envelope.epoch = yes.epoch;
    desk.hand(answer);
    REQUIRE(desk.state.role == Role::Leader);
    desk.hand(accept_of(desk, 2));
    REQUIRE(desk.all<Publish>().size() == 1);
    CHECK(desk.all<Publish>()[0].certificate.signatures.size() == 2);
}

TEST_CASE("members change when a quorum has the link of now, and the change makes one") {
    Desk desk = leader();
    desk.hand(accept_of(desk, 1));
    desk.write_disk();
    const Ballot ballot = desk.state.leading.committed->ballot;
    const Proposal swap{ballot, Replace{ReplicaIndex{2}, entry(3)}};
    desk.hand(swap);
    CHECK_FALSE(desk.state.leading.open_record);
    desk.tick(Duration(1'000));
    RenewAnswer told;
    told.epoch = desk.state.durable.epoch;
    told.promised = Duration(7'000);
    told.chain_tip = first_of_three().config_hash;
    desk.hand(desk.answer_of<Renew>(1, told));
    desk.hand(swap);
    REQUIRE(desk.state.leading.open_record);
    desk.write_disk();
    desk.tick(Duration(600));
    desk.hand(accept_of(desk, 1));
    const auto published = desk.all<Publish>();
    REQUIRE(published.size() == 1);
    REQUIRE(published[0].chain.size() == 2);
    CHECK(published[0].chain[1].signatures.size() == 2);
    CHECK(verify_chain(acme, first_of_three(), published[0].chain, published[0].certificate,
                       verifier())
              .ok());
}

TEST_CASE("links are asked for with a renewal, taken in order, and the newest are kept") {
    Desk desk(1, fresh(1), true);
    Link link = desk.state.durable.chain.front();
    std::vector<Link> links;
    for (std::uint64_t seq = 1; seq <= chain_max + 3; ++seq) {
        link.ballot.epoch = Epoch(1);
        link.ballot.seq = seq;
        std::swap(link.members, link.old_members);
        link.config_hash = hash_after(link.config_hash, link, verifier().hash);
        links.push_back(link);
    }
    Announce told{{}, record_of_three(), {links[0]}};
    desk.hand(desk.from(0, told));
    CHECK(desk.state.durable.chain.size() == 2);
    desk.hand(desk.from(0, told));
    CHECK(desk.state.durable.chain.size() == 2);
    for (const Link& one : links) {
        told.chain = {one};
        desk.hand(desk.from(0, told));
    }
    CHECK(desk.state.durable.chain.size() == chain_max);
    CHECK(chain_tip(desk.state.durable) == links.back().config_hash);
    desk.write_disk();
    Renew renew{Epoch(1), {}, links[links.size() - 2].config_hash};
    desk.hand(desk.from(0, renew));
    REQUIRE(desk.sent<RenewAnswer>() != nullptr);
    CHECK(desk.sent<RenewAnswer>()->chain == std::vector<Link>{links.back()});
    // An edge asks with what it has verified; one that verifies nothing gets none.
    Message asks = desk.from(0, Read{7, links[links.size() - 2].config_hash});
    asks.envelope.from = outsider;
    desk.hand(asks);
    REQUIRE(desk.sent<ReadAnswer>() != nullptr);
    CHECK(desk.sent<ReadAnswer>()->chain == std::vector<Link>{links.back()});
    asks.body.edit<Read>().chain_tip = {};
    desk.hand(asks);
    CHECK(desk.sent<ReadAnswer>()->chain.empty());
}

TEST_CASE("a voter that signed two votes of one epoch is believed no more") {
    Desk desk = candidate();
    desk.hand(vote_of(desk, 2));
    Certificate rival = *desk.state.stood;
    rival.leader = ReplicaIndex{1};
    rival.signatures.clear();
    for (const int index : {1, 2})
        rival.signatures[ReplicaIndex{index}] =
            seal(entry(index).key, vote_bytes(acme, signer(index), rival));
    desk.hand(desk.from(1, Announce{rival, first_of_three(), {}}));
    REQUIRE(desk.state.durable.evidence.size() == 1);
    CHECK(desk.state.durable.evidence[0].kind == EvidenceKind::TwoVotes);
    CHECK(desk.state.durable.evidence[0].who == ReplicaIndex{2});
    CHECK(is_false(desk.state.durable, ReplicaIndex{2}));
    desk.write_disk();
    desk.tick(Duration(600));
    desk.hand(accept_of(desk, 2));
    CHECK_FALSE(desk.state.leading.committed);
    desk.hand(accept_of(desk, 1));
    CHECK(desk.state.leading.committed);
}
