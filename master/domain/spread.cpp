#include "master/domain/spread.h"

#include <algorithm>

#include "common/base/check.h"

namespace foyer::master {

std::int64_t slots_usable(std::span<const std::int64_t> slots, std::int64_t orders) {
    std::int64_t usable = 0;
    for (const std::int64_t unit : slots) usable += std::min(unit, orders);
    return usable;
}

std::vector<std::int64_t> usable_by_country(std::span<const CountrySlots> parts, int countries,
                                            std::int64_t orders) {
    std::vector<std::int64_t> usable(static_cast<std::size_t>(countries), 0);
    for (const CountrySlots& part : parts)
        usable[static_cast<std::size_t>(part.country)] += std::min(part.slots, orders);
    return usable;
}

// Newton's method from the right, on a concave function of integers: with m units of K slots or
// more, the tangent at K meets zero at (slots of the others) / (R - m). At most as many rounds as
// there are different sizes, and few in practice.
std::int64_t orders_max(std::span<const std::int64_t> slots, int replicas) {
    CHECK(replicas >= 1);
    std::int64_t all = 0;
    for (const std::int64_t unit : slots) all += unit;
    std::int64_t orders = all / replicas;
    while (orders > 0) {
        std::int64_t below = 0;
        std::int64_t large = 0;
        for (const std::int64_t unit : slots) {
            if (unit >= orders)
                ++large;
            else
                below += unit;
        }
        if (large >= replicas || below >= (replicas - large) * orders) return orders;
        orders = below / (replicas - large);
    }
    return 0;
}

std::int64_t orders_max(std::span<const CountrySlots> parts, int min_countries, int countries,
                        std::int64_t most) {
    const auto fits = [&](std::int64_t orders) {
        std::int64_t usable = 0;
        for (const std::int64_t country : usable_by_country(parts, countries, orders))
            usable += std::min(country, orders);
        return usable >= min_countries * orders;
    };
    if (fits(most)) return most;
    std::int64_t fitting = 0;
    std::int64_t too_many = most;
    while (too_many - fitting > 1) {
        const std::int64_t middle = fitting + (too_many - fitting) / 2;
        (fits(middle) ? fitting : too_many) = middle;
    }
    return fitting;
}

}  // namespace foyer::master
