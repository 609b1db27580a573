// How long to wait after the n-th failure in a row: doubling, bounded, with jitter so that boxes do
// not march in step.
#pragma once

#include "common/base/random.h"
#include "common/base/time.h"

namespace foyer::agent {

struct Backoff {
    Duration first{1'000};
    Duration longest{60'000};
};

// `failures` >= 1. Uniform between half of the doubled wait and all of it; never under 1 ms.
Duration backoff_wait(const Backoff& backoff, int failures, Rng& rng);

}  // namespace foyer::agent
