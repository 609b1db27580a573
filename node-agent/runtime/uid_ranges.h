// A range of 65536 users for each partition, kept as long as the partition's volume is.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>

#include "common/base/result.h"
#include "common/model/ids.h"
#include "node-agent/runtime/box_paths.h"

namespace foyer::agent {

constexpr std::uint32_t uids_per_range = 65536;

class UidRanges {
public:
    UidRanges(BoxPaths paths, std::uint32_t first, std::uint32_t ranges_max)
        : paths_(std::move(paths)), first_(first), ranges_max_(ranges_max) {}

    // First user of the partition's range: the one it has, or the lowest free one, written down
    // before it is returned. The partition's folder must exist.
    Result<std::uint32_t> take(const PartitionId& id);
    Result<std::uint32_t> find(const PartitionId& id) const;

private:
    BoxPaths paths_;
    std::uint32_t first_;
    std::uint32_t ranges_max_;
    std::mutex taking_;
};

// The lowest multiple of a range from `first` on that is not in `taken`; ResourceExhausted when
// `ranges_max` are.
Result<std::uint32_t> lowest_free_range(const std::set<std::uint32_t>& taken, std::uint32_t first,
                                        std::uint32_t ranges_max);

}  // namespace foyer::agent
