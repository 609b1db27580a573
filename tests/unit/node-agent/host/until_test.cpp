#include "node-agent/host/until.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

constexpr std::int64_t minute = 60'000;
constexpr std::int64_t day = 24 * 60 * minute;
constexpr WallTime noon{20'000 * day + 12 * 60 * minute};

// A zone of UTC.
WallTime utc(WallTime now, int days_later, int hour, int minutes) {
    return WallTime{(now.unix_ms / day + days_later) * day + (hour * 60 + minutes) * minute};
}

WallTime read(const char* text) { return parse_until(text, noon, utc).value(); }

}  // namespace

TEST_CASE("a host says until when as he would say it") {
    CHECK(read("45m") == noon + Duration(45 * minute));
    CHECK(read("2h") == noon + Duration(120 * minute));
    CHECK(read("3d") == noon + Duration(3 * day));
    CHECK(read("18:30") == noon + Duration(390 * minute));
    CHECK(read("06:00") == noon + Duration(18 * 60 * minute));
    CHECK(read("12:00") == noon + Duration(day));
    CHECK(read("2026-05-01T18:30:00+02:00") == WallTime{1'777'653'000'000});
}

TEST_CASE("nonsense is told what would do") {
    for (const char* text : {"", "h", "2", "0h", "-2h", "2w", "25:00", "12:60", "1:00", "1 h",
                             "99999999999d", "999999999999999999999h", "tomorrow"}) {
        CAPTURE(text);
        const auto read = parse_until(text, noon, utc);
        REQUIRE_FALSE(read.ok());
        CHECK(read.failure().message.find("18:30") != std::string::npos);
    }
}
