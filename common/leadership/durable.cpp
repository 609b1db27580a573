#include "common/leadership/durable.h"

#include <algorithm>

namespace foyer::leadership {

std::string_view to_text(EvidenceKind kind) {
    switch (kind) {
        case EvidenceKind::BehindItself: return "behind_itself";
        case EvidenceKind::TwoRecords: return "two_records";
        case EvidenceKind::TwoFirsts: return "two_firsts";
        case EvidenceKind::Retired: return "retired";
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
    const bool known = std::ranges::find(durable.evidence, evidence) != durable.evidence.end();
    if (!known && durable.evidence.size() < evidence_max) durable.evidence.push_back(evidence);
}

}  // namespace foyer::leadership
