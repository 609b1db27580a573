// How many copies of a size a box holds, and how much of it they use: the integers placement
// compares.
#pragma once

#include <cstdint>

#include "common/model/resources.h"

namespace foyer::master {

// Fixed-point share of use in millionths, so that equal worlds decide equally on every machine.
// More than `full_use` only where a box holds more than it has.
using Utilisation = std::int64_t;
constexpr Utilisation full_use = 1'000'000;

// Copies of size `each` that fit into `room`: by the scarcest resource. A dimension of which
// nothing is asked does not limit; at most slots_max, and never negative.
constexpr std::int64_t slots_max = 1'000'000;
std::int64_t slots_in(const Resources& room, const Resources& each);

// The share of its scarcest resource that a box of size `total` uses. What it has none of counts
// as fully used.
Utilisation utilisation(const Resources& used, const Resources& total);

}  // namespace foyer::master
