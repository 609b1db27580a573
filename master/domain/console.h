// Who may look into a copy of an instance, which copy is meant, and where it is.
#pragma once

#include <optional>

#include "master/domain/state.h"

namespace foyer::master {

// Only who ordered it: what a copy writes and holds is the customer's, and not the operator's.
// PermissionDenied.
Status check_orderer(const Instance& row, const AccountId& by);

enum class CopyWanted { Any, Running };

// The copy of that index; without one the copy that leads, or else, where any will do, the first.
// NotFound: there is no such copy. FailedPrecondition: nobody leads; it does not run. Unavailable:
// its box is not there.
Result<const Replica*> find_copy(const State& state, const Instance& row,
                                 std::optional<ReplicaIndex> index, CopyWanted wanted);

}  // namespace foyer::master
