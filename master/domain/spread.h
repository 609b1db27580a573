// How many equal orders still fit, when each takes R slots in R distinct units (ISP families) and
// at least Z countries.
//
// Exact when every unit is in one country (common/docs/placement.md has the sources): with C_o the
// free slots of unit o and F_c(K) = sum of min(C_o, K) over the units of country c, K orders fit if
// and only if
//     sum_c F_c(K) >= R*K   and   sum_c min(F_c(K), K) >= Z*K.
// Both sides are concave in K, so each holds up to a largest K and no further.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace foyer::master {

// Free slots of one unit in one country, for copies of one size.
struct CountrySlots {
    int unit = 0;
    int country = 0;  // 0, 1, 2…
    std::int64_t slots = 0;
};

// sum_o min(C_o, K)
std::int64_t slots_usable(std::span<const std::int64_t> slots, std::int64_t orders);
// F_c(K) by country.
std::vector<std::int64_t> usable_by_country(std::span<const CountrySlots> parts, int countries,
                                            std::int64_t orders);

// The largest K with sum_o min(C_o, K) >= R*K, R >= 1: K* where countries do not count.
std::int64_t orders_max(std::span<const std::int64_t> slots, int replicas);
// The largest K <= `most` with sum_c min(F_c(K), K) >= Z*K.
std::int64_t orders_max(std::span<const CountrySlots> parts, int min_countries, int countries,
                        std::int64_t most);

}  // namespace foyer::master
