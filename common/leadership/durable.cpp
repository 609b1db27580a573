#include "common/leadership/durable.h"

#include <algorithm>

namespace foyer::leadership {

std::string_view to_text(EvidenceKind kind) {
    switch (kind) {
        case EvidenceKind::BehindItself: return "behind_itself";
        case EvidenceKind::TwoRecords: return "two_records";
        case EvidenceKind::TwoFirsts: return "two_firsts";
        case EvidenceKind::Retired: return "retired";
        case EvidenceKind::TwoVotes: return "two_votes";
    }
    CHECK(false);
}

std::optional<ReplicaIndex> holder(const Durable& durable) {
    if (durable.record && durable.record->ballot.epoch == durable.epoch)
        return durable.record->leader;
    return durable.voted_for;
}

Ballot ballot_of(const Durable& durable) {
    return durable.record ? durable.record->ballot : Ballot{};
}

bool contains_base(const LogPosition& position, const RejoinBase& base) {
    if (position.fence >= base.fence) return true;  // it holds the marker of that leader, or later
    return position.fence == base.start.fence && position.end >= base.start.end;
}

void note(Durable& durable, const Evidence& evidence) {
    const bool known = std::ranges::any_of(durable.evidence, [&](const Evidence& one) {
        return one.kind == evidence.kind && one.who == evidence.who &&
               one.ballot == evidence.ballot;
    });
    if (!known && durable.evidence.size() < evidence_max) durable.evidence.push_back(evidence);
}

bool is_false(const Durable& durable, ReplicaIndex who) {
    return std::ranges::any_of(durable.evidence, [&](const Evidence& one) {
        return one.who == who &&
               (one.kind == EvidenceKind::TwoVotes || one.kind == EvidenceKind::TwoRecords);
    });
}

Hash chain_tip(const Durable& durable) {
    return durable.chain.empty() ? Hash{} : durable.chain.back().config_hash;
}

}  // namespace foyer::leadership
