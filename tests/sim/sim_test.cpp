// Small worlds with all faults on, fresh seeds each time; and that a seed repeats itself.
#include <iostream>

#include "tests/sim/runs.h"
#include "tests/support/catch.h"
#include "tests/support/test_seed.h"

using namespace foyer;
using namespace foyer::sim;

namespace {

constexpr std::uint64_t seed_range = 1'000'000'000;

void live_through(const std::string& scenario, int seeds) {
    RunRequest request;
    request.scenario = scenario;
    request.first_seed = test::test_seed() % seed_range;
    request.seeds = seeds;
    request.stop_at_first = true;
    const RunReport report = run_seeds(request, nullptr);
    for (const Broken& one : report.broken)
        FAIL_CHECK("foyer-sim replay --scenario " << scenario << " --seed " << one.seed << ": "
                                                  << one.what);
    CHECK(report.seeds == seeds);
    CHECK(report.coverage.distinct().at("fault") > 20);
}

}  // namespace

TEST_CASE("small worlds with all faults on break no invariant and settle") {
    live_through("small", 120);
}

TEST_CASE("crowded worlds refuse and never overcommit") { live_through("crowded", 40); }

TEST_CASE("one seed gives one trace") {
    RunRequest request;
    request.first_seed = test::test_seed() % seed_range;
    const std::uint64_t once = fingerprint_of(request);
    CHECK(fingerprint_of(request) == once);
    ++request.first_seed;
    CHECK(fingerprint_of(request) != once);
}
