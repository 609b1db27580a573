#include "node-agent/runtime/uid_ranges.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

TEST_CASE("the lowest free range is taken, and none beyond the last") {
    CHECK(lowest_free_range({}, 1000, 2).value() == 1000);
    CHECK(lowest_free_range({1000}, 1000, 2).value() == 1000 + 65536);
    CHECK(lowest_free_range({1000 + 65536}, 1000, 2).value() == 1000);
    CHECK(lowest_free_range({1000, 1000 + 65536}, 1000, 2).failure().code ==
          ErrorCode::ResourceExhausted);
}
