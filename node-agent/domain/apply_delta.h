// The box's wish, brought forward by one answer of the master.
//
// Rules:
//   base      a difference applies only on exactly its base (lineage, revision); else Aborted: ask
//   for a full answer backwards within one lineage the revision never falls: FailedPrecondition
//   fence     an assignment older than the newest (generation, epoch) ever obeyed for its partition
//   is not taken: the old one stays; another order of the same name (ordered_at) has fences of its
//   own, and is taken unless it is an earlier one of another lineage
//   removal   named as removed, or missing from a full answer of
//   the lineage we already follow: Ordered;
//             missing from a full answer of another lineage (a restored master, or our journal was
//             lost): Forgotten, kept for a hold time
#pragma once

#include <map>
#include <vector>

#include "common/base/result.h"
#include "common/model/sync.h"

namespace foyer::agent {

enum class Removal { None, Ordered, Forgotten };

using Removals = std::map<PartitionId, Removal>;

struct AppliedDelta {
    DesiredNode node;
    Removals removed;                // partitions that were wanted before and are not any more
    std::vector<PartitionId> stale;  // assignments refused for an older fence
};

Result<AppliedDelta> apply_delta(DesiredNode current, const NodeDelta& delta);

}  // namespace foyer::agent
