// Evidence as text: in a member's file, in its report to the master, and in the master's database,
// so that whoever doubts can check it again.
//
//   evidence two_votes 1 1 3 0           (kind, who, ballot)
//   proof <what was signed> <signature>  one a vote, base64url
#pragma once

#include "common/leadership/durable.h"
#include "common/leadership/text_lines.h"

namespace foyer::leadership {

constexpr std::size_t evidence_text_max = 4'096;
constexpr std::size_t proofs_max = 2;  // of two votes

std::string to_text(const Evidence& evidence);
// InvalidArgument names the line. Only what to_text() writes is accepted; nothing is verified.
Result<Evidence> parse_evidence(std::string_view text);
Evidence read_evidence(TextLines& lines);  // among other lines

}  // namespace foyer::leadership
