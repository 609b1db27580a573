// The date of HTTP, both ways.
#include "common/base/http_date.h"

#include "tests/support/catch.h"

using namespace foyer;

TEST_CASE("a time is written as HTTP wants it, and read again") {
    CHECK(to_http_date(WallTime{1'772'368'200'250}) == "Sun, 01 Mar 2026 12:30:00 GMT");
    CHECK(to_http_date(WallTime{0}) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(parse_http_date("Sun, 01 Mar 2026 12:30:00 GMT") == WallTime{1'772'368'200'000});
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == WallTime{784'111'777'000});
    CHECK(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT") == WallTime{1'483'228'800'000});
}

TEST_CASE("what is no date of HTTP is none") {
    for (const char* text : {"", "Mon, 01 Mar 2026 12:30:00 GMT", "Sun, 30 Feb 2026 12:30:00 GMT",
                             "Sun, 01 Mar 2026 24:30:00 GMT", "Sun, 1 Mar 2026 12:30:00 GMT",
                             "Sun, 01 Mar 2026 12:30:00 UTC", "Sun, 01 Mrz 2026 12:30:00 GMT",
                             "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, -1 Mar 2026 12:30:00 GMT",
                             "Sun. 01 Mar 2026 12:30:00 GMT"}) {
        INFO(text);
        CHECK_FALSE(parse_http_date(text).has_value());
    }
}
