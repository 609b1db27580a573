// What a box has and what a partition needs.
#pragma once

#include "common/base/units.h"

namespace foyer {

struct Resources {
    Millicores cpu;
    Bytes memory;
    Bytes disk;
    friend bool operator==(const Resources&, const Resources&) = default;
    Resources& operator+=(const Resources& other) {
        cpu += other.cpu;
        memory += other.memory;
        disk += other.disk;
        return *this;
    }
    Resources& operator-=(const Resources& other) {
        cpu -= other.cpu;
        memory -= other.memory;
        disk -= other.disk;
        return *this;
    }
    friend Resources operator+(Resources a, const Resources& b) { return a += b; }
    friend Resources operator-(Resources a, const Resources& b) { return a -= b; }
    // Every dimension of this fits into every dimension of `room`.
    bool fits_into(const Resources& room) const {
        return cpu <= room.cpu && memory <= room.memory && disk <= room.disk;
    }
};

}  // namespace foyer
