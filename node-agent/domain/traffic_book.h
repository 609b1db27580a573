// How much a box moved in each month, counted from devices that come and go.
//
// Each byte belongs to the month that the household's clocks showed when it was seen: a clock that
// jumps ahead and back finds every month as it left it, and no jump takes anything away.
#pragma once

#include <map>
#include <string>

#include "common/base/units.h"
#include "node-agent/domain/time_zone.h"

namespace foyer::agent {

struct Traffic {
    Bytes up;
    Bytes down;
    Bytes sum() const { return up + down; }
    friend bool operator==(const Traffic&, const Traffic&) = default;
};

// What a device moved since it was made. A device of the same name made anew has another `number`,
// or has moved less than before.
struct DeviceCount {
    std::int64_t number = 0;
    Traffic moved;
    friend bool operator==(const DeviceCount&, const DeviceCount&) = default;
};

inline constexpr std::size_t months_max = 24;  // the latest; the present one always stays

struct TrafficBook {
    std::map<LocalMonth, Traffic> months;
    std::map<std::string, DeviceCount> devices;  // as last seen
    Bytes used(LocalMonth month) const {
        const auto found = months.find(month);
        return found == months.end() ? Bytes(0) : found->second.sum();
    }
    friend bool operator==(const TrafficBook&, const TrafficBook&) = default;
};

struct Booked {
    TrafficBook book;
    Traffic moved;  // since it was last looked
};
Booked booked(TrafficBook book, const std::map<std::string, DeviceCount>& seen, LocalMonth month);

}  // namespace foyer::agent
