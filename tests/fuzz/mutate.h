// Changes good bytes into nearly good ones: the short run's search, without a compiler's help.
#pragma once

#include <span>
#include <string>

#include "common/base/random.h"

namespace foyer::fuzz {

// A few random changes of `bytes`: bits, numbers at their limits, pieces of the other seeds,
// repeated, cut. At most `bytes_max` come back.
std::string mutate(std::string bytes, std::span<const std::string> seeds, std::size_t bytes_max,
                   Rng& rng);

}  // namespace foyer::fuzz
