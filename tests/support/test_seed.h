// One number repeats a whole run: TEST_SEED from the environment, else a fresh one. It is printed,
// so that a failure can be heard again.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "common/base/random.h"
#include "common/base/text.h"

namespace foyer::test {

inline std::uint64_t test_seed() {
    static const std::uint64_t seed = [] {
        const char* given = std::getenv("TEST_SEED");
        const auto number = given == nullptr ? std::nullopt : parse_int(given);
        const std::uint64_t chosen =
            number ? static_cast<std::uint64_t>(*number) : SystemRng().next() >> 1U;
        std::cerr << "TEST_SEED=" << chosen << '\n';
        return chosen;
    }();
    return seed;
}

}  // namespace foyer::test
