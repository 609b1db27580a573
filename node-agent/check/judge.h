// What the facts of a machine mean for a box. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "node-agent/check/machine_facts.h"

namespace foyer::agent {

enum class Verdict { Good, Poor, Bad, Unknown };
std::string_view to_text(Verdict verdict);

struct Finding {
    std::string subject;  // "memory"; the same in every version, for programs
    std::string value;    // for people; "unknown" where nothing was learnt
    Verdict verdict = Verdict::Unknown;
    std::string reason;  // what it costs, and what to do; empty: nothing
};

// What the host keeps for himself.
struct HostShare {
    Bytes memory{0};
    Bytes disk{0};
};

// In the order they are read in. Each subject once; of the line more than one where it was
// measured.
std::vector<Finding> judge(const MachineFacts& facts, const HostShare& kept);
// No finding is bad.
bool can_be_a_box(const std::vector<Finding>& findings);

}  // namespace foyer::agent
