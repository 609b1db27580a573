// How many equal orders still fit, when each takes R slots in R distinct ISP families and at least
// Z countries.
//
// Exact when every family is in one country (common/docs/placement.md has the sources): with C_o
// the free slots of family o, F_c(K) = sum of min(C_o, K) over the families of country c, K orders
// fit if and only if
//     sum_c F_c(K) >= R*K   and   sum_c min(F_c(K), K) >= Z*K.
#pragma once

#include <cstdint>
#include <span>

namespace foyer::master {

// Free slots of one family in one country, for partitions of one size.
struct FamilySlots {
    int country = 0;  // any numbering
    std::int64_t slots = 0;
};

struct Spread {
    int replicas = 1;   // R >= 1
    int countries = 1;  // Z in 1…R
};

bool orders_fit(std::span<const FamilySlots> families, Spread spread, std::int64_t orders);

// The largest K that fits (K* in the notes).
std::int64_t orders_max(std::span<const FamilySlots> families, Spread spread);

}  // namespace foyer::master
