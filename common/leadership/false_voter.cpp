#include "common/leadership/false_voter.h"

#include "common/leadership/signed_bytes.h"

namespace foyer::leadership {
namespace {

Error no_proof(std::string_view why) {
    return error(ErrorCode::InvalidArgument, "no proof of two votes: " + std::string(why));
}

}  // namespace

Result<FalseVoter> judge_two_votes(const InstanceName& group, const Evidence& evidence,
                                   SignerFinder signer_of) {
    if (evidence.kind != EvidenceKind::TwoVotes || evidence.proofs.size() != 2)
        return no_proof("two are needed");
    const Proof& one = evidence.proofs[0];
    const Proof& other = evidence.proofs[1];
    const auto first = read_vote(group, one.bytes);
    const auto second = read_vote(group, other.bytes);
    if (!first || !second) return no_proof("these are no votes of this group");
    if (first->voter.index != second->voter.index ||
        first->voter.incarnation != second->voter.incarnation || first->fence != second->fence)
        return no_proof("they are of two voters, or of two epochs");
    if (first->leader == second->leader) return no_proof("both are for the same candidate");
    const NodeKey key = TRY(signer_of(one.bytes, one.signature));
    if (TRY(signer_of(other.bytes, other.signature)) != key)
        return no_proof("two boxes signed them");
    return FalseVoter{first->voter.index, first->voter.incarnation, key, first->fence};
}

}  // namespace foyer::leadership
