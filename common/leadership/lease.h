// Until when a leader may serve: counted from the send of each request that a voter answered with a
// promise, never from the answer.
#pragma once

#include <map>
#include <optional>

#include "common/leadership/record.h"

namespace foyer::leadership {

// Of each voter the latest send + t, on the leader's own clock.
using PromisedUntil = std::map<ReplicaIndex, MonoTime>;

// The time up to which a majority of `members` (and one of `old_members`: the smaller of the two)
// has promised, minus the margin; none: no such majority has promised anything.
std::optional<MonoTime> lease_until(const Record& config, const PromisedUntil& promised,
                                    Duration margin);

}  // namespace foyer::leadership
