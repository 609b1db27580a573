#include "master/app/clock_gauge.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

namespace {

constexpr std::int64_t second = 1'000;
constexpr std::int64_t minute = 60 * second;

// A box that calls twice a minute, with a clock that gains `ppm`; `late` says how long each message
// takes, `set` by how much its clock was set by then.
template <class Late, class Set>
ClockGauge watched(std::int64_t minutes, std::int64_t ppm, const Late& late, const Set& set) {
    ClockGauge gauge;
    for (std::int64_t now = 7 * minute; now < (7 + minutes) * minute; now += 30 * second) {
        const std::int64_t sent = now - late(now);
        gauge.add(MonoTime{now},
                  WallTime{1'772'366'400'000 + sent + sent * ppm / 1'000'000 + set(now)});
    }
    return gauge;
}

std::int64_t nothing(std::int64_t /*now*/) { return 0; }

}  // namespace

TEST_CASE("nothing is said before half an hour") {
    CHECK_FALSE(ClockGauge().rate_ppm());
    CHECK_FALSE(watched(20, 0, nothing, nothing).rate_ppm());
    CHECK(watched(40, 0, nothing, nothing).rate_ppm() == 0);
}

TEST_CASE("a clock that gains or loses is measured, on a line that delays now and then") {
    const auto late = [](std::int64_t now) { return now % (7 * 30 * second) == 0 ? 20 : 900; };
    const std::int64_t fast = *watched(50, 800, late, nothing).rate_ppm();
    CHECK(fast > 700);
    CHECK(fast < 900);
    const std::int64_t slow = *watched(50, -2'000, late, nothing).rate_ppm();
    CHECK(slow > -2'150);
    CHECK(slow < -1'850);
    CHECK(std::abs(*watched(50, 0, late, nothing).rate_ppm()) < 50);
}

TEST_CASE("a clock that is set once says nothing of how fast it runs") {
    for (const std::int64_t step : {3'600'000LL, -3'600'000LL, 9'000'000'000'000LL}) {
        for (std::int64_t at = 0; at < 60; at += 3) {
            const auto set = [&](std::int64_t now) { return now > at * minute ? step : 0; };
            const auto rate = watched(60, 0, nothing, set).rate_ppm();
            REQUIRE(rate);
            CHECK(std::abs(*rate) <= 1);
        }
    }
}

TEST_CASE("a box that was away is measured over the time it was") {
    ClockGauge gauge = watched(40, 0, nothing, nothing);
    const std::int64_t back = 300 * minute;
    gauge.add(MonoTime{back}, WallTime{1'772'366'400'000 + back});
    REQUIRE(gauge.rate_ppm());
    CHECK(*gauge.rate_ppm() == 0);
}
