#include "master/domain/slots.h"

#include <algorithm>

namespace foyer::master {

std::int64_t slots_in(const Resources& room, const Resources& each) {
    std::int64_t slots = slots_max;
    const auto limit = [&](std::int64_t have, std::int64_t need) {
        if (need > 0) slots = std::min(slots, std::max<std::int64_t>(have, 0) / need);
    };
    limit(room.cpu.count(), each.cpu.count());
    limit(room.memory.count(), each.memory.count());
    limit(room.disk.count(), each.disk.count());
    limit(room.uplink.count(), each.uplink.count());
    return slots;
}

Utilisation utilisation(const Resources& used, const Resources& total) {
    // In 64 KiB: millionths of the largest disk that may be offered (10 PiB) stay within 64 bits.
    constexpr std::int64_t unit = 64 * 1024;
    const auto share = [](std::int64_t part, std::int64_t whole) {
        return whole <= 0 ? full_use : part * full_use / whole;
    };
    return std::max(
        {share(used.cpu.count(), total.cpu.count()),
         share(used.memory.count() / unit, total.memory.count() / unit),
         share(used.disk.count() / unit, total.disk.count() / unit),
         // Of a line that is not known nothing can be used.
         used.uplink.count() == 0 ? 0 : share(used.uplink.count(), total.uplink.count())});
}

}  // namespace foyer::master
