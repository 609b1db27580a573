// What the hooks of a copy say, against what its group knows. They are the word of somebody else's
// software: one that lies is treated as one that failed. Within its epoch a position is believed:
// nobody else can know how much of the log is on this disk.
#pragma once

#include "node-agent/domain/copy_order.h"
#include "node-agent/domain/partition_state.h"

namespace foyer::agent {

// Of the newest log that it holds.
Fence named_by(const Position& position);

// `promote` has succeeded at this fence, and the log that was read after it does not name it. Once
// it did, an older log is another matter.
bool denies_promotion(const CopyOrder& order, const LocalState& local, const CopyMemory& memory,
                      const Position& position);

bool confirms_promotion(const CopyOrder& order, const Position& position);

// Of an epoch that nobody has begun yet, for all that this member knows: it would win any election.
// A member that has no record yet, or lost it, knows nothing.
bool is_of_the_future(const CopyOrder& order, const Position& position);

}  // namespace foyer::agent
