// When a member stands, with which epoch, and what is enough to be elected: section 5.
#pragma once

#include "common/leadership/record.h"
#include "common/leadership/timing.h"

namespace foyer::leadership {

// A fraction of 10,000, drawn by the caller: the only randomness of the protocol.
struct Jitter {
    int of_10000 = 0;  // 0 to 9,999
};
Duration spread(Duration least, Duration most, Jitter jitter);

// Positions of S without which an acknowledged write could be missed: |S| − k + 1. An asynchronous
// instance takes one: it loses what the new leader does not hold.
int positions_needed(const Record& record);

// `granted` said yes, the candidate included.
bool is_enough(const Record& record, const IndexSet& granted);

// After its own promise ran out: the first in S that may lead and did not stands first, and who is
// barred when nobody else has. 0 for a member that is not in S.
Duration candidate_delay(const Record& record, ReplicaIndex self, const Timing& timing,
                         Jitter jitter);

// Everything but leader and start stays: adopting is not changing.
Record first_write(const Record& adopted, Epoch epoch, ReplicaIndex leader, LogPosition start);

}  // namespace foyer::leadership
