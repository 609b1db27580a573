// What a box has and what a partition needs.
#pragma once

#include <algorithm>

#include "common/base/units.h"

namespace foyer {

struct Resources {
    Millicores cpu;
    Bytes memory;
    Bytes disk;
    KbitPerSecond uplink;  // of the home's line: replication, and what clients are sent
    friend bool operator==(const Resources&, const Resources&) = default;
    Resources& operator+=(const Resources& other) {
        cpu += other.cpu;
        memory += other.memory;
        disk += other.disk;
        uplink += other.uplink;
        return *this;
    }
    Resources& operator-=(const Resources& other) {
        cpu -= other.cpu;
        memory -= other.memory;
        disk -= other.disk;
        uplink -= other.uplink;
        return *this;
    }
    friend Resources operator+(Resources a, const Resources& b) { return a += b; }
    friend Resources operator-(Resources a, const Resources& b) { return a -= b; }
    // Every dimension of this fits into every dimension of `room`.
    bool fits_into(const Resources& room) const {
        return cpu <= room.cpu && memory <= room.memory && disk <= room.disk &&
               uplink <= room.uplink;
    }
};

// Of each dimension the larger amount.
inline Resources larger(const Resources& a, const Resources& b) {
    return {std::max(a.cpu, b.cpu), std::max(a.memory, b.memory), std::max(a.disk, b.disk),
            std::max(a.uplink, b.uplink)};
}

}  // namespace foyer
