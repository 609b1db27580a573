// What a client expects of a thing it changes: that it is still as he saw it. Looked at on the
// planner's thread, together with the decision, so that nobody changes it in between.
#pragma once

#include <optional>
#include <vector>

#include "common/base/result.h"
#include "master/domain/command.h"
#include "master/domain/state.h"

namespace foyer::master {

struct Precondition {
    // Its revision is one of these. Absent: it exists, whatever its revision.
    std::optional<std::vector<Revision>> any_of;
    friend bool operator==(const Precondition&, const Precondition&) = default;
};

// The revision of the row that a command changes, ends or acts on. Absent: there is no such row, or
// the command is of no single one (it makes something, or is of the whole cloud).
std::optional<Revision> revision_of_subject(const State& state, const Command& command);

// Aborted with rule `if_match`: it changed since. What does not exist is left to the decision,
// which says so in its own words.
Status check_precondition(const State& state, const Command& command,
                          const Precondition& precondition);

}  // namespace foyer::master
