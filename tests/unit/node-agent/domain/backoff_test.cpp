#include "node-agent/domain/backoff.h"

#include "tests/support/catch.h"
#include "tests/support/test_seed.h"

using namespace foyer;
using namespace foyer::agent;

TEST_CASE("waits double, stay bounded, and differ from box to box") {
    SeededRng rng(test::test_seed());
    const Backoff backoff{Duration(1000), Duration(60'000)};
    for (int failures = 1; failures <= 40; ++failures) {
        const auto full = std::min<Duration::rep>(1000LL << std::min(failures - 1, 20), 60'000);
        for (int i = 0; i < 50; ++i) {
            const auto wait = backoff_wait(backoff, failures, rng).count();
            CHECK(wait >= full / 2);
            CHECK(wait <= full);
        }
    }
    CHECK(backoff_wait({Duration(0), Duration(0)}, 1, rng).count() >= 1);
}
