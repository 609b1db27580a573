#include "master/domain/spread.h"

#include <algorithm>
#include <map>

#include "common/base/check.h"

namespace foyer::master {

bool orders_fit(std::span<const FamilySlots> families, Spread spread, std::int64_t orders) {
    CHECK(spread.replicas >= 1 && spread.countries >= 1 && spread.countries <= spread.replicas);
    std::map<int, std::int64_t> by_country;
    std::int64_t all = 0;
    for (const FamilySlots& family : families) {
        const std::int64_t usable = std::min(family.slots, orders);
        by_country[family.country] += usable;
        all += usable;
    }
    std::int64_t in_countries = 0;
    for (const auto& [country, usable] : by_country) in_countries += std::min(usable, orders);
    return all >= spread.replicas * orders && in_countries >= spread.countries * orders;
}

std::int64_t orders_max(std::span<const FamilySlots> families, Spread spread) {
    std::int64_t all = 0;
    for (const FamilySlots& family : families) all += family.slots;
    std::int64_t fits = 0;  // fitting is monotone: what fits K orders fits K-1
    std::int64_t too_many = all / spread.replicas + 1;
    while (too_many - fits > 1) {
        const std::int64_t middle = fits + (too_many - fits) / 2;
        (orders_fit(families, spread, middle) ? fits : too_many) = middle;
    }
    return fits;
}

}  // namespace foyer::master
