#include "node-agent/host/machine_zone.h"

#include <cstdlib>

#include "tests/support/catch.h"
#include "tests/support/plain_zone.h"

using namespace foyer;
using namespace foyer::agent;
using test::utc;

namespace {

// The machine's zone, as long as it lives.
struct In {
    explicit In(const char* zone) { ::setenv("TZ", zone, 1); }
    ~In() { ::unsetenv("TZ"); }
};

const char* const paris = "CET-1CEST,M3.5.0,M10.5.0/3";

}  // namespace

TEST_CASE("days and moments are those of the zone, summer time and all") {
    const In zone(paris);
    const TimeZone machine = machine_zone();
    CHECK(machine.day_of(utc(2026, 5, 1, 21, 59)) == LocalDay{2026, 5, 1});
    CHECK(machine.day_of(utc(2026, 5, 1, 22, 0)) == LocalDay{2026, 5, 2});
    CHECK(machine.moment({2026, 1, 1}, 390) == utc(2026, 1, 1, 5, 30));
    CHECK(machine.moment({2026, 7, 1}, 390) == utc(2026, 7, 1, 4, 30));
    CHECK(machine.moment({2026, 13, 1}, 0) == utc(2026, 12, 31, 23, 0));
    CHECK(machine.moment({2026, 5, 0}, 0) == utc(2026, 4, 29, 22, 0));
    // 02:30 does not exist on the last Sunday of March: one beside it.
    const WallTime skipped = machine.moment({2026, 3, 29}, 150);
    CHECK((skipped >= utc(2026, 3, 29, 0, 30) && skipped <= utc(2026, 3, 29, 1, 30)));
    CHECK(local_text(utc(2026, 7, 1, 4, 30)) == "2026-07-01 06:30");
}

TEST_CASE("a zone that was changed is followed by a running program") {
    const TimeZone machine = machine_zone();
    const In first(paris);
    CHECK(machine.moment({2026, 1, 1}, 0) == utc(2025, 12, 31, 23, 0));
    const In second("<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45");
    CHECK(machine.moment({2026, 7, 1}, 0) == utc(2026, 6, 30, 11, 15));
    CHECK(machine.day_of(utc(2026, 6, 30, 11, 15)) == LocalDay{2026, 7, 1});
}
