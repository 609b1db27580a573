// The founders' two hundred boxes for some days, one fresh seed each time.
#include "tests/sim/runs.h"
#include "tests/support/catch.h"
#include "tests/support/test_seed.h"

using namespace foyer;
using namespace foyer::sim;

TEST_CASE("two hundred boxes, ten ISPs and four countries live through their faults") {
    RunRequest request;
    request.scenario = "founders";
    request.first_seed = test::test_seed() % 1'000'000'000;
    request.length = 12 * day;
    const RunReport report = run_seeds(request, nullptr);
    for (const Broken& one : report.broken)
        FAIL_CHECK("foyer-sim replay --scenario founders --days 12 --seed " << one.seed << ": "
                                                                            << one.what);
    CHECK(report.orders > 20);
    CHECK(report.writes > 100);
}
