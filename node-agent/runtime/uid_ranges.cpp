#include "node-agent/runtime/uid_ranges.h"

#include "common/base/text.h"
#include "common/os/atomic_file.h"
#include "common/os/files.h"

namespace foyer::agent {

Result<std::uint32_t> lowest_free_range(const std::set<std::uint32_t>& taken, std::uint32_t first,
                                        std::uint32_t ranges_max) {
    for (std::uint32_t i = 0; i < ranges_max; ++i)
        if (!taken.contains(first + i * uids_per_range)) return first + i * uids_per_range;
    return error(ErrorCode::ResourceExhausted,
                 "all " + std::to_string(ranges_max) + " user ranges are taken");
}

Result<std::uint32_t> UidRanges::find(const PartitionId& id) const {
    const std::string text = TRY(os::read_file(paths_.uid_range(id), 64));
    const auto number = parse_int(text.substr(0, text.find('\n')));
    if (!number || *number <= 0 || *number > UINT32_MAX - uids_per_range)
        return error(ErrorCode::FailedPrecondition, "'" + paths_.uid_range(id) + "' is damaged");
    return static_cast<std::uint32_t>(*number);
}

Result<std::uint32_t> UidRanges::take(const PartitionId& id) {
    const std::lock_guard lock(taking_);  // two partitions must not read the same free range
    auto own = find(id);
    if (own.ok() || own.failure().code != ErrorCode::NotFound) return own;
    std::set<std::uint32_t> taken;
    for (const std::string& name : TRY(os::list_dir(paths_.partitions()))) {
        const auto other = find(PartitionId(name));
        if (other.ok()) taken.insert(other.value());
    }
    const std::uint32_t range = TRY(lowest_free_range(taken, first_, ranges_max_));
    TRY(os::write_atomically(paths_.uid_range(id), std::to_string(range) + "\n", {.mode = 0644}));
    return range;
}

}  // namespace foyer::agent
