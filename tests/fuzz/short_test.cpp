// The short run: every target gets its seeds, and a bounded number of random changes of them.
#include <cstdlib>

#include "common/base/random.h"
#include "common/base/text.h"
#include "tests/fuzz/mutate.h"
#include "tests/fuzz/target.h"
#include "tests/support/test_seed.h"
// Last: Catch's CHECK replaces ours.
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::fuzz;

namespace {

constexpr std::size_t bytes_max = 8 * 1024;

// The same changes each time, unless TEST_SEED says otherwise: finding new ones is the long run's
// work, and a change of something else is not held up by what it finds.
std::uint64_t seed_of_run() {
    return std::getenv("TEST_SEED") == nullptr ? 20'261'125U : test::test_seed();
}

}  // namespace

TEST_CASE("every target takes whatever bytes it is given") {
    for (const Target* target : targets()) {
        const std::vector<std::string> seeds = target->seeds();
        REQUIRE(!seeds.empty());
        INFO("target " << target->name);
        target->feed({});
        for (const std::string& seed : seeds) {
            INFO("seed " << &seed - seeds.data());
            REQUIRE_NOTHROW(target->feed(seed));
        }
        SeededRng rng(seed_of_run());
        for (int run = 0; run < target->short_runs; ++run) {
            const std::string bytes = mutate(seeds[rng.below(seeds.size())], seeds, bytes_max, rng);
            INFO("run " << run << ", bytes in hex: " << to_hex(as_bytes(bytes)));
            REQUIRE_NOTHROW(target->feed(bytes));
        }
    }
}

TEST_CASE("a target is found by its name, and no name stands for two") {
    for (const Target* target : targets()) CHECK(find_target(target->name) == target);
    CHECK(find_target("none") == nullptr);
}
