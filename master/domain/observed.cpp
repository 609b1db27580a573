#include "master/domain/observed.h"

#include <utility>

namespace foyer::master {

Observed::Observed(PartitionObservation seen)
    : fence(seen.fence),
      applied(seen.applied),
      role(seen.role),
      phase(seen.phase),
      ready(seen.ready),
      initialized(seen.initialized),
      position(seen.position) {
    say(std::move(seen.step), std::move(seen.reason));
    if (seen.followers.empty()) return;
    seen.followers.shrink_to_fit();
    followers_ = std::move(seen.followers);
}

PartitionObservation Observed::as_reported(PartitionId partition) const {
    PartitionObservation seen;
    seen.partition = std::move(partition);
    seen.fence = fence;
    seen.applied = applied;
    seen.role = role;
    seen.phase = phase;
    seen.step = step();
    seen.reason = reason();
    seen.ready = ready;
    seen.initialized = initialized;
    seen.position = position;
    seen.followers = followers();
    return seen;
}

const std::vector<FollowerView>& Observed::followers() const {
    static const std::vector<FollowerView> nobody;
    return followers_ ? *followers_ : nobody;
}

void Observed::say(std::string step, std::string reason) {
    words_.reset();
    if (!step.empty() || !reason.empty()) words_ = Words{std::move(step), std::move(reason)};
}

const std::string& Observed::nothing() {
    static const std::string none;
    return none;
}

}  // namespace foyer::master
