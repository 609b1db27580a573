#include "common/leadership/evidence_text.h"

#include <array>

#include "common/base/enum_text.h"
#include "common/base/text.h"
#include "common/leadership/link_text.h"
#include "common/leadership/record_lines.h"
#include "common/leadership/record_text.h"

namespace foyer::leadership {
namespace {

Proof read_proof(TextLines& lines) {
    const Words words = lines.take("proof");
    Proof proof;
    const auto bytes = from_base64url(lines.word(words, 0));
    if (bytes)
        proof.bytes = *bytes;
    else
        lines.fail("expected base64url");
    proof.signature = lines.word(words, 1);
    if (!is_signature_text(proof.signature)) lines.fail("expected a signature in base64url");
    return proof;
}

}  // namespace

std::string to_text(const Evidence& evidence) {
    std::string text = "evidence " + std::string(to_text(evidence.kind)) + " " +
                       std::to_string(evidence.who.number) + " " + to_text(evidence.ballot) + "\n";
    for (const Proof& proof : evidence.proofs)
        text += "proof " + to_base64url(proof.bytes) + " " + proof.signature + "\n";
    return text;
}

Evidence read_evidence(TextLines& lines) {
    constexpr std::array kinds{EvidenceKind::BehindItself, EvidenceKind::TwoRecords,
                               EvidenceKind::TwoFirsts, EvidenceKind::TwoVotes,
                               EvidenceKind::Retired};
    const Words words = lines.take("evidence");
    Evidence evidence;
    const auto kind = enum_from_text(kinds, lines.word(words, 0));
    if (kind)
        evidence.kind = *kind;
    else
        lines.fail("unknown kind of evidence");
    evidence.who = read_index(lines, words, 1);
    evidence.ballot = read_ballot(lines, words, 2);
    while (lines.next_is("proof") && evidence.proofs.size() < proofs_max)
        evidence.proofs.push_back(read_proof(lines));
    return evidence;
}

Result<Evidence> parse_evidence(std::string_view text) {
    return parse_whole(text, evidence_text_max, "evidence", read_evidence);
}

}  // namespace foyer::leadership
