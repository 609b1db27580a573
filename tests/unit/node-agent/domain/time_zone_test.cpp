#include "node-agent/domain/time_zone.h"

#include "tests/support/catch.h"
#include "tests/support/plain_zone.h"

using namespace foyer;
using namespace foyer::agent;
using namespace foyer::test;

TEST_CASE("a month is the household's, and so is its end") {
    const TimeZone paris = ahead(60);
    // 23:00 in Greenwich is the new year in Paris.
    CHECK(month_of(utc(2026, 12, 31, 22, 59), paris) == LocalMonth{2026, 12});
    CHECK(month_of(utc(2026, 12, 31, 23, 0), paris) == LocalMonth{2027, 1});
    CHECK(month_end(utc(2026, 12, 31, 22, 59), paris) == utc(2026, 12, 31, 23, 0));
    CHECK(month_end(utc(2026, 12, 31, 23, 0), paris) == utc(2027, 1, 31, 23, 0));
    CHECK(month_end(utc(2028, 2, 29, 12, 0), ahead(-570)) == utc(2028, 3, 1, 9, 30));
}
