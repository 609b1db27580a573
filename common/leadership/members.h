// A change of members, in two records: M → joint (M − out + in, old M) → the new members alone.
// Always forward; the leader writes both, the master only proposes.
#pragma once

#include <optional>

#include "common/leadership/record.h"

namespace foyer::leadership {

// (1): the joint record, its ballot one seq further. `out` is never the leader; an index that was
// used before is not taken again.
Result<Record> joint(const Record& record, std::optional<ReplicaIndex> out,
                     const std::optional<MemberEntry>& in);

bool is_joint(const Record& record);
// Nobody of S is on its way out any more.
bool may_end_joint(const Record& record);
Record end_joint(const Record& record);  // (4)

// The data member of S that leaves, once who comes instead is in S or was never to be: none while
// it must still wait.
std::optional<ReplicaIndex> leaving_from_in_sync(const Record& record);

}  // namespace foyer::leadership
