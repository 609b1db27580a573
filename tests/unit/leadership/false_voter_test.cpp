#include "common/leadership/false_voter.h"

#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

namespace {

// As seal() of group.h makes them: the key, then what was signed.
Result<NodeKey> signer_of(std::span<const std::uint8_t> bytes, std::string_view signature) {
    const std::string_view key = signature.substr(0, signature.find(':'));
    const NodeKey found{std::string(key)};
    if (signature == seal(found, bytes)) return found;
    return error(ErrorCode::PermissionDenied, "nobody's");
}

Proof vote(int voter, std::uint64_t epoch, int candidate, const InstanceName& group = acme) {
    Certificate granted;
    granted.fence = {Generation(1), Epoch(epoch)};
    granted.leader = {candidate};
    const Bytes bytes = vote_bytes(group, {{voter}, entry(voter).incarnation}, granted);
    return {bytes, seal(entry(voter).key, bytes)};
}

Result<FalseVoter> judge(const Proof& one, const Proof& other) {
    return judge_two_votes(acme, {EvidenceKind::TwoVotes, {1}, {}, {one, other}}, signer_of);
}

}  // namespace

TEST_CASE("two votes of one voter in one epoch for two candidates convict its box") {
    const auto voter = judge(vote(1, 4, 0), vote(1, 4, 2));
    REQUIRE(voter.ok());
    CHECK(voter.value().index == ReplicaIndex{1});
    CHECK(voter.value().incarnation == entry(1).incarnation);
    CHECK(voter.value().key == entry(1).key);
    CHECK(voter.value().fence == Fence{Generation(1), Epoch(4)});
}

TEST_CASE("nothing less does") {
    CHECK_FALSE(judge(vote(1, 4, 0), vote(1, 4, 0)).ok());  // repeated
    CHECK_FALSE(judge(vote(1, 4, 0), vote(1, 5, 2)).ok());  // of two epochs
    CHECK_FALSE(judge(vote(1, 4, 0), vote(2, 4, 2)).ok());  // of two voters
    CHECK_FALSE(
        judge(vote(1, 4, 0, InstanceName("shop")), vote(1, 4, 2, InstanceName("shop"))).ok());
    Proof forged = vote(1, 4, 2);
    forged.signature = seal(entry(0).key, forged.bytes);
    CHECK_FALSE(judge(vote(1, 4, 0), forged).ok());
    forged.signature = "key1:something else";
    CHECK_FALSE(judge(vote(1, 4, 0), forged).ok());
    Proof cut = vote(1, 4, 2);
    cut.bytes.resize(60);
    CHECK_FALSE(judge(vote(1, 4, 0), cut).ok());
    const Evidence hearsay{EvidenceKind::Retired, {1}, {}, {vote(1, 4, 0), vote(1, 4, 2)}};
    CHECK_FALSE(judge_two_votes(acme, hearsay, signer_of).ok());
}
