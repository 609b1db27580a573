// Which version of a software release an order means.
#pragma once

#include "common/base/result.h"
#include "master/domain/state.h"

namespace foyer::master {

// The newest version that is not withdrawn, or exactly this one; nullptr: not published.
const Release* newest_release(const State& state, const ReleaseName& name,
                              const ReleaseVersion& version);
// The same, or why there is none: NotFound, in words for people.
Result<const Release*> find_release(const State& state, const ReleaseName& name,
                                    const ReleaseVersion& version);

}  // namespace foyer::master
