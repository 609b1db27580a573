#include "master/domain/box_clock.h"
//
#include "tests/support/catch.h"

using namespace foyer::master;

TEST_CASE("what is kept of a clock is read as it was written, and nothing else is") {
    for (const ClockStanding standing : all_clock_standings)
        CHECK(clock_standing_from(to_text(standing)) == standing);
    for (const ClockFault fault : all_clock_faults)
        CHECK(clock_fault_from(to_text(fault)) == fault);
    CHECK_FALSE(clock_standing_from("wrong"));
    CHECK_FALSE(clock_fault_from(""));
}
