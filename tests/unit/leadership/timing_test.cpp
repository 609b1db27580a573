#include "common/leadership/timing.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;

TEST_CASE("an echo is believed for a third of a promise") {
    CHECK(echo_limit(Duration(7'000)) == Duration(2'333));
}

TEST_CASE("the slack of a voter holds the rate bound up to a promise of 100 s") {
    const Timing timing;
    const auto apart_ms = 100'000LL * 2 * timing.rate_ppm_max / 1'000'000;
    CHECK(apart_ms <= timing.rate_slack.count());
    CHECK(timing.delay_rank > timing.delay_jitter);
}
