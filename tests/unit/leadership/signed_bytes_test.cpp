#include "common/leadership/signed_bytes.h"

#include <set>

#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

TEST_CASE("no signature of one kind, group, voter or epoch is good for another") {
    const Signer one{ReplicaIndex{1}, entry(1).incarnation};
    const Signer reborn{ReplicaIndex{1}, {99, 99}};
    const Ballot ballot{Generation(1), Epoch(2), 3};
    Certificate vote{{Generation(1), Epoch(2)}, ReplicaIndex{0}, ballot, {}, {}, at(1, 5)};
    std::set<Bytes> all;
    all.insert(accept_bytes(acme, one, ballot, {}));
    all.insert(accept_bytes(acme, reborn, ballot, {}));
    all.insert(accept_bytes(InstanceName("other"), one, ballot, {}));
    all.insert(accept_bytes(acme, one, {Generation(1), Epoch(2), 4}, {}));
    all.insert(vote_bytes(acme, one, vote));
    all.insert(vote_bytes(acme, reborn, vote));
    vote.leader = ReplicaIndex{2};
    all.insert(vote_bytes(acme, one, vote));
    vote.fence.epoch = Epoch(3);
    all.insert(vote_bytes(acme, one, vote));
    vote.start = at(1, 6);
    all.insert(vote_bytes(acme, one, vote));
    all.insert(proof_bytes(acme, one, {.nonce = 1}));
    all.insert(proof_bytes(acme, one, {.nonce = 2}));
    all.insert(proof_bytes(acme, one, {.nonce = 2, .holder = ReplicaIndex{0}}));
    CHECK(all.size() == 12);
}

TEST_CASE("who else signed is no part of what a voter signs") {
    const Signer one{ReplicaIndex{1}, entry(1).incarnation};
    Certificate vote;
    const Bytes before = vote_bytes(InstanceName("acme"), one, vote);
    vote.signatures[ReplicaIndex{2}] = "seal";
    CHECK(vote_bytes(InstanceName("acme"), one, vote) == before);
}

TEST_CASE("what a vote says is read from its bytes, and from no others") {
    const Signer voter{ReplicaIndex{1}, entry(1).incarnation};
    Certificate granted;
    granted.fence = {Generation(1), Epoch(4)};
    granted.leader = ReplicaIndex{2};
    const Bytes bytes = vote_bytes(acme, voter, granted);
    const auto read = read_vote(acme, bytes);
    REQUIRE(read);
    CHECK(read->voter.index == voter.index);
    CHECK(read->voter.incarnation == voter.incarnation);
    CHECK(read->fence == granted.fence);
    CHECK(read->leader == granted.leader);
    CHECK_FALSE(read_vote(InstanceName("other"), bytes));
    CHECK_FALSE(read_vote(acme, accept_bytes(acme, voter, {Generation(1), Epoch(4), 1}, {})));
    CHECK_FALSE(read_vote(acme, Bytes(bytes.begin(), bytes.begin() + 70)));
    CHECK_FALSE(read_vote(acme, {}));
}
