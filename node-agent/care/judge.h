// What the facts of a box mean. Pure: facts, what is remembered of earlier ones, and the time, give
// findings and what is to be remembered. Every limit is named, with its source, in
// common/docs/care.md.
#pragma once

#include <vector>

#include "node-agent/care/box_facts.h"
#include "node-agent/care/history.h"

namespace foyer::agent::care {

struct Judged {
    std::vector<Finding> findings;  // worst first
    History history;
};
Judged judge(const BoxFacts& facts, History earlier, WallTime now);

// One look alone: what one disk shows, and what the machine around it does. They take their counts
// into the history; judge() settles what they find.
std::vector<Finding> judge_disk(const DiskHealth& disk, History& history, WallTime now);
std::vector<Finding> judge_machine(const BoxFacts& facts, History& history, WallTime now);

// A line on which a full queue adds more than this makes calls stutter, and games unplayable.
inline constexpr Duration line_delay_enough{100};
inline constexpr Duration line_delay_bad{400};
// What a full line adds to a round trip.
Duration added_delay(const LineDelay& line);

}  // namespace foyer::agent::care
