#include "node-agent/domain/backoff.h"

#include <algorithm>

#include "common/base/check.h"

namespace foyer::agent {

Duration backoff_wait(const Backoff& backoff, int failures, Rng& rng) {
    CHECK(failures >= 1);
    Duration::rep wait = std::max<Duration::rep>(backoff.first.count(), 2);
    for (int i = 1; i < failures && wait < backoff.longest.count(); ++i) wait *= 2;
    wait = std::max<Duration::rep>(std::min(wait, backoff.longest.count()), 2);
    const auto half = static_cast<std::uint64_t>(wait / 2);
    return Duration(wait / 2 + static_cast<Duration::rep>(rng.below(half + 1)));
}

}  // namespace foyer::agent
