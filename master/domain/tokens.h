// Who sees which API token. What one may do: rights.h.
#pragma once

#include "master/domain/state.h"

namespace foyer::master {

// Operators see every token, others those of their account; a member that does not manage it, its
// own.
bool may_see(const State& state, const ApiToken& by, const ApiToken& token);

}  // namespace foyer::master
