#include "common/leadership/lease.h"

#include <algorithm>
#include <functional>

namespace foyer::leadership {
namespace {

std::optional<MonoTime> majority_until(const std::vector<MemberEntry>& list,
                                       const PromisedUntil& promised) {
    std::vector<MonoTime> ends;
    for (const MemberEntry& entry : list) {
        const auto found = promised.find(entry.index);
        if (found != promised.end()) ends.push_back(found->second);
    }
    const std::size_t majority = list.size() / 2 + 1;
    if (ends.size() < majority) return std::nullopt;
    std::ranges::sort(ends, std::greater<>());
    return ends[majority - 1];
}

}  // namespace

std::optional<MonoTime> lease_until(const Record& config, const PromisedUntil& promised,
                                    Duration margin) {
    auto end = majority_until(config.members, promised);
    if (end && !config.old_members.empty()) {
        const auto old = majority_until(config.old_members, promised);
        end = old ? std::optional(std::min(*end, *old)) : std::nullopt;
    }
    if (!end) return std::nullopt;
    return MonoTime{end->boot_ms - margin.count()};
}

}  // namespace foyer::leadership
