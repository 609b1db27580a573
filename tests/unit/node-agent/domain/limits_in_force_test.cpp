#include "node-agent/domain/limits_in_force.h"

#include "tests/support/catch.h"
#include "tests/support/plain_zone.h"

using namespace foyer;
using namespace foyer::agent;
using namespace foyer::test;

namespace {

const TimeZone london = ahead(0);

HostLimits nights(QuietAct act = QuietAct::Pause) {
    HostLimits limits;
    limits.caps = {KbitPerSecond(20'000), KbitPerSecond(100'000)};
    limits.active_caps = {KbitPerSecond(5'000), KbitPerSecond(30'000)};
    limits.quiet = {{22 * 60 + 30, 6 * 60 + 30, act}};
    return limits;
}

std::optional<WallTime> paused(const HostLimits& limits, WallTime now, const TimeZone& zone) {
    const auto force = in_force(limits, Bytes(0), false, now, zone);
    return force.pause ? std::optional(force.pause->until) : std::nullopt;
}

}  // namespace

TEST_CASE("quiet hours go over midnight, and are told with their end") {
    CHECK(paused(nights(), utc(2026, 5, 1, 22, 29), london) == std::nullopt);
    CHECK(paused(nights(), utc(2026, 5, 1, 22, 30), london) == utc(2026, 5, 2, 6, 30));
    CHECK(paused(nights(), utc(2026, 5, 2, 6, 29), london) == utc(2026, 5, 2, 6, 30));
    CHECK(paused(nights(), utc(2026, 5, 2, 6, 30), london) == std::nullopt);
    CHECK(paused(nights(), utc(2026, 12, 31, 23, 0), london) == utc(2027, 1, 1, 6, 30));
}

TEST_CASE("quiet hours are the household's, in odd zones too") {
    const TimeZone chatham = ahead(765);
    CHECK(paused(nights(), utc(2026, 5, 1, 9, 44), chatham) == std::nullopt);
    CHECK(paused(nights(), utc(2026, 5, 1, 9, 45), chatham) == utc(2026, 5, 1, 17, 45));
    const TimeZone marquesas = ahead(-570);
    CHECK(paused(nights(), utc(2026, 5, 1, 8, 0), marquesas) == utc(2026, 5, 1, 16, 0));
}

TEST_CASE("a night in which clocks change ends when they say so") {
    // Paris: +60 until 2026-03-29T01:00Z, then +120, and back on 2026-10-25T01:00Z.
    const TimeZone spring = ahead(60, utc(2026, 3, 29, 1, 0), 120);
    CHECK(paused(nights(), utc(2026, 3, 28, 21, 30), spring) == utc(2026, 3, 29, 4, 30));
    CHECK(paused(nights(), utc(2026, 3, 29, 4, 29), spring) == utc(2026, 3, 29, 4, 30));
    const TimeZone autumn = ahead(120, utc(2026, 10, 25, 1, 0), 60);
    CHECK(paused(nights(), utc(2026, 10, 24, 20, 30), autumn) == utc(2026, 10, 25, 5, 30));
    CHECK(paused(nights(), utc(2026, 10, 25, 5, 30), autumn) == std::nullopt);
}

TEST_CASE("quiet hours that follow one another are one pause; a whole day of them ends") {
    HostLimits limits;
    limits.quiet = {{22 * 60, 0, QuietAct::Pause}, {0, 6 * 60, QuietAct::Pause}};
    CHECK(paused(limits, utc(2026, 5, 1, 23, 0), london) == utc(2026, 5, 2, 6, 0));
    limits.quiet = {{0, 12 * 60, QuietAct::Pause}, {12 * 60, 0, QuietAct::Pause}};
    CHECK(paused(limits, utc(2026, 5, 1, 11, 0), london) == utc(2026, 5, 2, 0, 0));
    CHECK(paused(limits, utc(2026, 5, 2, 0, 0), london).has_value());
}

TEST_CASE("lower caps hold in quiet hours of that kind and while the household is active") {
    const HostLimits limits = nights(QuietAct::LowerCaps);
    const auto at = [&](WallTime now, bool active) {
        return in_force(limits, Bytes(0), active, now, london);
    };
    CHECK(at(utc(2026, 5, 1, 12, 0), false) == InForce{limits.caps, CapReason::Always, {}});
    CHECK(at(utc(2026, 5, 1, 12, 0), true) ==
          InForce{limits.active_caps, CapReason::HouseholdActive, {}});
    CHECK(at(utc(2026, 5, 1, 23, 0), false) ==
          InForce{limits.active_caps, CapReason::QuietHours, {}});
    HostLimits none = nights();
    none.active_caps = {};
    CHECK(in_force(none, Bytes(0), true, utc(2026, 5, 1, 12, 0), london).why == CapReason::Always);
}

TEST_CASE("a used up month pauses until the household's next one") {
    HostLimits limits;
    limits.month = Bytes(500 * gigabyte.count());
    const TimeZone paris = ahead(60);
    const auto at = [&](std::int64_t used, WallTime now) {
        return in_force(limits, Bytes(used), false, now, paris).pause;
    };
    CHECK(at(limits.month->count() - 1, utc(2026, 12, 31, 22, 59)) == std::nullopt);
    CHECK(at(limits.month->count(), utc(2026, 12, 31, 22, 59)) ==
          LimitPause{PauseReason::MonthUsed, utc(2026, 12, 31, 23, 0)});
}

TEST_CASE("of a used up month and quiet hours the later end counts") {
    HostLimits limits = nights();
    limits.month = gigabyte;
    const auto force = in_force(limits, gigabyte, false, utc(2026, 5, 31, 23, 0), london);
    CHECK(force.pause == LimitPause{PauseReason::MonthUsed, utc(2026, 6, 1, 6, 30)});
}
