#include "common/leadership/evidence_text.h"

//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;

namespace {

Evidence two_votes() {
    return {EvidenceKind::TwoVotes,
            ReplicaIndex{1},
            {Generation(1), Epoch(3), 0},
            {{{1, 2, 3}, "c2ln"}, {{4, 5}, "b3RoZXI"}}};
}

}  // namespace

TEST_CASE("evidence is read as it was written, with its proofs and without") {
    CHECK(parse_evidence(to_text(two_votes())).value() == two_votes());
    const Evidence bare{EvidenceKind::Retired, ReplicaIndex{0}, {}, {}};
    CHECK(parse_evidence(to_text(bare)).value() == bare);
}

TEST_CASE("what is no evidence is refused") {
    const std::string text = to_text(two_votes());
    CHECK_FALSE(parse_evidence("").ok());
    CHECK_FALSE(parse_evidence(text + "proof AQ c2ln\n").ok());  // of more than two
    CHECK_FALSE(parse_evidence("evidence doubts 1 1 3 0\n").ok());
    CHECK_FALSE(parse_evidence(text.substr(0, text.size() - 1)).ok());
    CHECK_FALSE(parse_evidence(text + std::string(evidence_text_max, ' ')).ok());
}
