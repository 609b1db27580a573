// The one number by which boxes are compared: the least wins.
//
//   score = 1 * utilisation after the copy + 0 * unreliability + 0 * cost     (each in millionths)
//
// Utilisation is that of the scarcest resource, so balance comes first. Unreliability (share of
// the time a box was not heard of) and cost (above the cheapest box) have a place and a weight;
// their weights are 0 as long as nothing measures them. Trust and host class are rules, not score.
#pragma once

#include <cstdint>

#include "master/domain/slots.h"

namespace foyer::master {

using Score = std::int64_t;

struct ScoreWeights {
    int utilisation = 1;
    int unreliability = 0;
    int cost = 0;
};

struct Merit {
    Utilisation after = 0;           // of the scarcest resource, with the new copy
    std::int64_t unreliability = 0;  // 0…full_use; 0: not measured
    std::int64_t cost = 0;           // 0…full_use; 0: not measured
};

constexpr Score score_of(const Merit& merit, const ScoreWeights& weights = {}) {
    return merit.after * weights.utilisation + merit.unreliability * weights.unreliability +
           merit.cost * weights.cost;
}

}  // namespace foyer::master
