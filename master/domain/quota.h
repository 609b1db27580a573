// What the instances of an account may take together: an order beyond it is refused, one that comes
// near it is told.
#pragma once

#include "master/domain/draft.h"

namespace foyer::master {

// What one order takes.
Usage usage_of(const ReleaseSize& size, const ReplicationPolicy& policy);

// ResourceExhausted, rule "quota", with `allowed`, `used` and `asked`.
Status check_quota(const State& state, const Account& owner, const Usage& asked);

inline constexpr int quota_near_percent = 90;
// The order that passes that share of a limit is told, once.
void tell_near_quota(Draft& draft, const Account& owner, const Usage& asked);

}  // namespace foyer::master
