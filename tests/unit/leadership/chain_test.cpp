#include "common/leadership/chain.h"

#include "common/leadership/members.h"
#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

namespace {

Link accepted(const Link& before, Record record, const std::vector<int>& who) {
    record.config_hash = config_hash(before.config_hash, record, verifier().hash);
    Link link = link_of(record);
    for (const int index : who)
        link.signatures[ReplicaIndex{index}] = seal(
            entry(index).key, accept_bytes(acme, {ReplicaIndex{index}, entry(index).incarnation},
                                           link.ballot, link.config_hash));
    return link;
}

Certificate elected(const Link& config, int leader, std::uint64_t epoch,
                    const std::vector<int>& who) {
    Certificate certificate{{Generation(1), Epoch(epoch)},
                            ReplicaIndex{leader},
                            config.ballot,
                            config.config_hash,
                            {},
                            at(1, 5)};
    for (const int index : who)
        certificate.signatures[ReplicaIndex{index}] =
            seal(entry(index).key,
                 vote_bytes(acme, {ReplicaIndex{index}, entry(index).incarnation}, certificate));
    return certificate;
}

// Member 2 goes, member 3 comes: joint, then the new members alone.
struct Swap {
    Record first = first_of_three();
    Link begins = link_of(first);
    Link joined;
    Link ended;

    Swap(const std::vector<int>& joiners, const std::vector<int>& enders) {
        Record record = record_of_three();
        record.ballot = {Generation(1), Epoch(1), 4};
        Record both = leadership::joint(record, ReplicaIndex{2}, entry(3)).value();
        joined = accepted(begins, both, joiners);
        both.in_sync = {ReplicaIndex{0}, ReplicaIndex{1}};
        ended = accepted(joined, end_joint(both), enders);
    }
    Result<Link> verify(const Certificate& certificate) const {
        const std::vector<Link> chain{begins, joined, ended};
        return verify_chain(acme, first, chain, certificate, verifier());
    }
};

}  // namespace

TEST_CASE("from the first record over a swap to the leader that the new members elected") {
    const Swap swap({0, 1, 2}, {0, 3});
    const auto newest = swap.verify(elected(swap.ended, 3, 7, {0, 3}));
    REQUIRE(newest.ok());
    CHECK(newest.value() == swap.ended);
    // A leader from before the swap, that leads on.
    CHECK(swap.verify(elected(swap.begins, 0, 1, {0, 2})).ok());
    // An edge that saw the swap needs no more than its end.
    const Certificate later = elected(swap.ended, 1, 9, {0, 1});
    CHECK(verify_chain(acme, swap.ended, {}, later, verifier()).ok());
    const std::vector<Link> chain{swap.begins, swap.joined, swap.ended};
    CHECK(verify_chain(acme, swap.joined, chain, later, verifier()).ok());
}

TEST_CASE("links that verify are followed as far as they go, others are passed over") {
    const Swap swap({0, 1}, {0, 1});
    const auto follow = [&](const Link& known, const std::vector<Link>& chain) {
        return newest_verified(acme, known, chain, verifier());
    };
    CHECK(follow(swap.begins, {swap.begins, swap.joined, swap.ended}) == swap.ended);
    CHECK(follow(swap.joined, {swap.joined, swap.ended}) == swap.ended);
    CHECK(follow(swap.ended, {swap.begins, swap.joined}) == swap.ended);
    CHECK(follow(swap.begins, {swap.ended}) == swap.begins);
    Link forged = swap.joined;
    forged.signatures.erase(ReplicaIndex{1});
    CHECK(follow(swap.begins, {forged, swap.ended}) == swap.begins);
}

TEST_CASE("a joint link needs a majority of both, the end one of the new members") {
    const Certificate any = elected(link_of(first_of_three()), 0, 1, {0, 1, 2});
    CHECK_FALSE(Swap({0, 3}, {0, 3}).verify(any).ok());  // of 0 1 2 only one
    CHECK_FALSE(Swap({1, 2}, {0, 3}).verify(any).ok());  // of 0 1 3 only one
    CHECK(Swap({0, 1}, {0, 3}).verify(any).ok());
    CHECK_FALSE(Swap({0, 1}, {0, 2}).verify(any).ok());  // 2 is gone
}

TEST_CASE("a certificate needs a quorum that signed exactly it, and a member with data as leader") {
    const Swap swap({0, 1}, {0, 1});
    CHECK_FALSE(swap.verify(elected(swap.ended, 0, 7, {0})).ok());
    CHECK_FALSE(swap.verify(elected(swap.ended, 2, 7, {0, 1})).ok());
    Certificate moved = elected(swap.ended, 0, 7, {0, 1});
    moved.fence.epoch = Epoch(8);
    CHECK_FALSE(swap.verify(moved).ok());
    Certificate forged = elected(swap.ended, 0, 7, {0, 1});
    forged.signatures[ReplicaIndex{1}] = forged.signatures[ReplicaIndex{0}];
    CHECK_FALSE(swap.verify(forged).ok());
}

TEST_CASE("a chain with a gap, another order or other members is none") {
    const Swap swap({0, 1}, {0, 1});
    const Certificate any = elected(swap.begins, 0, 1, {0, 1});
    const auto verify = [&](const std::vector<Link>& chain) {
        return verify_chain(acme, swap.first, chain, any, verifier()).ok();
    };
    CHECK(verify({}));
    CHECK(verify({swap.joined, swap.ended}));
    CHECK_FALSE(verify({swap.ended}));
    CHECK_FALSE(verify({swap.ended, swap.joined}));
    Link other = swap.joined;
    other.members[0].key = NodeKey("thief");
    CHECK_FALSE(verify({other}));
    Record unsigned_first = swap.first;
    unsigned_first.config_hash = {};
    CHECK_FALSE(verify_chain(acme, unsigned_first, {}, any, verifier()).ok());
}

TEST_CASE("two votes of one voter in one epoch are evidence that others can check") {
    const Link config = link_of(first_of_three());
    const Certificate one = elected(config, 0, 5, {0, 1});
    const Certificate other = elected(config, 2, 5, {1, 2});
    const auto found = double_votes(acme, config, one, other, verifier());
    REQUIRE(found.size() == 1);
    CHECK(found[0].kind == EvidenceKind::TwoVotes);
    CHECK(found[0].who == ReplicaIndex{1});
    REQUIRE(found[0].proofs.size() == 2);
    for (const Proof& proof : found[0].proofs)
        CHECK(verifier().check(entry(1).key, proof.bytes, proof.signature));
    CHECK(double_votes(acme, config, one, elected(config, 2, 6, {1, 2}), verifier()).empty());
    CHECK(double_votes(acme, config, one, elected(config, 0, 5, {1, 2}), verifier()).empty());
    Certificate forged = other;
    forged.signatures[ReplicaIndex{1}] = "seal";
    CHECK(double_votes(acme, config, one, forged, verifier()).empty());
}
