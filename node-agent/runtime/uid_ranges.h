// A range of 65536 users for each partition, kept as long as the partition's volume is, and shared
// with no other partition of this machine, whichever agent holds it.
//
//   <claims>/lock         one agent at a time claims (flock)
//   <claims>/<first uid>  who has that range: the partition's folder, one line
//
// The folder of claims belongs to the machine, survives a reboot as volumes do, and is the same for
// all agents (NodeConfig::uid_claims), which must know their folders by the same paths. A claim is
// written before the partition's own `uid_range` and counts as long as that file says the same, so
// a crash at any point leaves nothing taken for ever. What cannot be looked at (a disk that is not
// mounted, or only in another mount namespace) is believed.
//
// Not in /run: after a boot the first agent to start would be given what a later one's volumes are
// owned by. Not derived from names: 4000 ranges are too few for a hash never to meet another.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/ids.h"
#include "common/os/unique_fd.h"
#include "node-agent/runtime/box_paths.h"

namespace foyer::agent {

constexpr std::uint32_t uids_per_range = 65536;

struct UidSpace {
    std::string claims;  // folder; made when it is missing, its parents too
    std::uint32_t first = 0;
    std::uint32_t ranges_max = 0;
    Duration lock_wait{5'000};  // for another agent that is claiming
};

class UidRanges {
public:
    UidRanges(BoxPaths paths, UidSpace space)
        : paths_(std::move(paths)), space_(std::move(space)) {}

    // First user of the partition's range: the one it has, or the lowest free one, written down
    // before it is returned. The partition's folder must exist. ResourceExhausted: all are claimed.
    // FailedPrecondition: another partition of this machine has the same range (a copied folder).
    // Unavailable: another agent does not let go of the lock.
    Result<std::uint32_t> take(const PartitionId& id);
    Result<std::uint32_t> find(const PartitionId& id) const;
    // After the partition's folder is gone.
    Status release(const PartitionId& id);
    // Claims what the partitions on this box have already, before another agent is given it (the
    // claims were lost, or are older than this agent). Conflicts show with take().
    Status claim_all();

private:
    Result<os::UniqueFd> lock() const;
    std::string claim_file(std::uint32_t range) const;
    // The partition's folder that has the range; empty: nobody.
    Result<std::string> holder(std::uint32_t range) const;
    Status confirm(std::uint32_t range, const PartitionId& id) const;
    Status claim(std::uint32_t range, const PartitionId& id) const;
    Result<std::set<std::uint32_t>> claimed() const;

    BoxPaths paths_;
    UidSpace space_;
    std::mutex taking_;  // flock is of the process: its threads take turns here
};

// The lowest multiple of a range from `first` on that is not in `taken`; ResourceExhausted when
// `ranges_max` are.
Result<std::uint32_t> lowest_free_range(const std::set<std::uint32_t>& taken, std::uint32_t first,
                                        std::uint32_t ranges_max);

}  // namespace foyer::agent
