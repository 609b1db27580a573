// Why an order has no place, with numbers that a stranger can check.
//
// Every refusal is a certificate: an inequality every placement would have to fulfil, and the set
// over which it fails. With `usable` the units (ISP families; sites, where ISPs are relaxed) that
// have a box with room in an allowed country, `leading` those of them with such a box that may
// lead:
//
//   rule            fails because                                      set
//   distinct_isps   sum_o min(C_o, 1) = |usable| < R                   "usable"
//   distinct_sites  the same over sites                                "usable"
//   may_lead        |leading| < min(2, R)                              "leading"
//   min_countries   countries X and units Y cover every usable box     "cover_countries",
//                   and |X| + |Y| < Z                                  "cover_units"
//   combination     with charges a(unit), u(country), b(country), g, t (integers; a, b, g >= 0,
//                   u <= b, u <= g) every usable box has lead <= a + u + t, so that R copies in Z
//                   countries hold at most sum a + sum b + (R-Z) g + R t < min(2, R) that may lead
//                   "charges"
// Where moving standbys of other instances would make room, move_1, move_2… say which (chain.h).
// distinct_isps also says how many ISPs have boxes there at all, full or not: "existing".
// Facts of every refusal: rule, needed, found, the set, recruit (how many more), recruit_outside,
// and excluded_<reason> with the boxes each (at most 20 names, then a count). Code
// ResourceExhausted where boxes were left out for want of room, else FailedPrecondition.
//
// For a customer boxes and sites are counted, not named; charges to sites and moves are left out.
#pragma once

#include "common/base/result.h"
#include "master/domain/placement.h"

namespace foyer::master {

// Names of excluded boxes are looked for among so many boxes only; the counts are exact.
constexpr int boxes_looked_at_max = 2'000;

std::map<Exclusion, std::int64_t> excluded_counts(const Offers& offers);

struct ExcludedBoxes {
    std::int64_t count = 0;
    std::vector<std::string> names;  // at most 20, and only of the first 2,000 boxes by name
};

std::map<Exclusion, ExcludedBoxes> excluded_boxes(const State& state, const Demand& demand,
                                                  const Offers& offers);

Error refusal(const State& state, const Demand& demand, const Offers& offers, Reader reader);

}  // namespace foyer::master
