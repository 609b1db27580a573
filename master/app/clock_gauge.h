// By how much the clock of a box gains on ours, from the time it tells with each Sync.
//
// A message may be late, never early: of each ten minutes the greatest lead counts. What is told is
// what two neighbouring spans of ten minutes agree on, so that a clock which is set says nothing:
// it jumps once, while one that runs wrong goes on.
#pragma once

#include <optional>
#include <vector>

#include "common/base/time.h"

namespace foyer::master {

class ClockGauge {
public:
    // The box said that it is `theirs` when our own clock, which nobody sets, was at `now`.
    void add(MonoTime now, WallTime theirs);
    // Parts per million; less than 0: it loses. Absent: not watched for half an hour yet.
    std::optional<std::int64_t> rate_ppm() const;

private:
    struct Lead {
        std::int64_t slot = 0;
        MonoTime at;
        std::int64_t ms = 0;  // its clock minus ours
    };
    std::vector<Lead> kept_;  // oldest first; the last is of the slot that goes on
};

}  // namespace foyer::master
