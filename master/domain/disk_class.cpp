#include "master/domain/disk_class.h"

#include <bit>
#include <cstdint>

namespace foyer::master {
namespace {

constexpr Bytes smallest = mebibytes(64);  // what boxes look at too (node-agent/app)

// An eighth of the highest power of two in it.
std::uint64_t step_of(std::uint64_t bytes) { return std::bit_floor(bytes) / 8; }

Bytes class_above(Bytes known) {
    if (known < smallest) return smallest;
    const auto bytes = static_cast<std::uint64_t>(known.count());
    return known + Bytes(static_cast<std::int64_t>(step_of(bytes)));
}

}  // namespace

Bytes disk_class(Bytes free) {
    if (free < smallest) return Bytes(0);
    const auto bytes = static_cast<std::uint64_t>(free.count());
    return Bytes(static_cast<std::int64_t>(bytes - bytes % step_of(bytes)));
}

bool is_disk_news(const std::optional<Bytes>& known, Bytes reported) {
    if (!known) return true;
    const Bytes now = disk_class(reported);
    return now < *known || now > class_above(*known);
}

}  // namespace foyer::master
