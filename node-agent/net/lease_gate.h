// The kernel's fence of leases: fills the sets of the box's firewall (firewall.h) that say whose
// traffic passes, and until when. An element ends by itself, so the gate shuts although everything
// in user space stands still.
//
// The kernel counts a timeout while the machine runs: over a suspension it ends that much later.
// Then the killer's clock is right, and strikes on waking.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <sys/types.h>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/os/unique_fd.h"
#include "node-agent/net/nft_elements.h"

namespace foyer::agent {

// Thread-safe. `link` is the box's end of a partition's cable. FailedPrecondition where the box's
// network is not there.
class LeaseGate {
public:
    // `clock` must outlive it.
    LeaseGate(std::string box_netns, const Clock& clock)
        : box_netns_(std::move(box_netns)), clock_(clock) {}

    // Passes until `until`, and serves clients as long, or does not. Past: shut at once.
    Status extend(const std::string& link, MonoTime until, bool serving);
    Status lift(const std::string& link);    // passes for good, serves no clients
    Status shut(const std::string& link);    // nothing passes
    Status forget(const std::string& link);  // no fence

private:
    Status commit(NftElements elements);
    Status connect();

    const std::string box_netns_;
    const Clock& clock_;
    std::mutex turn_;
    os::UniqueFd socket_;
    ino_t netns_ = 0;  // where the socket is
};

}  // namespace foyer::agent
