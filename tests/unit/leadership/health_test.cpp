#include "common/leadership/health.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;

namespace {
const Timing timing;
constexpr MonoTime noon{100'000'000};
}  // namespace

TEST_CASE("a leader resigns after five seconds of failed health, twice an hour") {
    Health health;
    health.opened_at = noon + Duration(-60'000);
    CHECK(judge_health(health, timing, noon) == HealthVerdict::Well);
    health.failed_since = noon + Duration(-4'999);
    CHECK(judge_health(health, timing, noon) == HealthVerdict::Well);
    health.failed_since = noon + Duration(-5'000);
    CHECK(judge_health(health, timing, noon) == HealthVerdict::Resign);
    health = after_health_resignation(health, timing, noon);
    CHECK_FALSE(health.opened_at);
    health = after_health_resignation(health, timing, noon);
    health.opened_at = noon + Duration(-60'000);
    CHECK(judge_health(health, timing, noon) == HealthVerdict::Stays);
    CHECK(judge_health(health, timing, noon + Duration(3'600'000)) == HealthVerdict::Resign);
    CHECK(after_health_resignation(health, timing, noon + Duration(3'600'000)).resigned.size() ==
          1);
}

// tests/lab/takeover, with_master_cut: on a machine under load each new leader met the requests
// that had waited for it, was ill for a few seconds, and left its lead to the next: six leads in a
// minute.
TEST_CASE("a leader that has just opened is spared") {
    Health health;
    health.failed_since = noon + Duration(-19'999);
    CHECK(judge_health(health, timing, noon) == HealthVerdict::Well);  // not open yet
    health.opened_at = noon + Duration(-59'999);
    CHECK(judge_health(health, timing, noon) == HealthVerdict::Well);
    CHECK(judge_health(health, timing, noon + Duration(1)) == HealthVerdict::Resign);
    health.failed_since = noon + Duration(-20'000);
    health.opened_at = noon + Duration(-25'000);
    CHECK(judge_health(health, timing, noon) == HealthVerdict::Resign);
}

TEST_CASE("unreachable, or a promotion without end, is failed health") {
    Health health;
    health.unreachable = true;
    CHECK(judge_health(health, timing, noon) == HealthVerdict::Resign);
    health.unreachable = false;
    health.promoting = Promoting{noon + Duration(-60'000)};
    CHECK(judge_health(health, timing, noon) == HealthVerdict::Resign);
}

TEST_CASE("a promotion that failed twice is failed health at once") {
    Health health;
    health.promoting = Promoting{noon, 1};
    CHECK(judge_health(health, timing, noon) == HealthVerdict::Well);
    health.promoting->failed = 2;
    CHECK(judge_health(health, timing, noon) == HealthVerdict::Resign);
}

TEST_CASE("who resigned for health rests, unless it is alone") {
    const Health health = after_health_resignation({}, timing, noon);
    CHECK_FALSE(is_eligible(health, false, timing, noon + Duration(59'000)));
    CHECK(is_eligible(health, true, timing, noon + Duration(59'000)));
    CHECK(is_eligible(health, false, timing, noon + Duration(60'000)));
}

TEST_CASE("a wrong clock leads only when it was right for ten minutes") {
    Health health;
    health.clock_wrong_at = noon;
    CHECK_FALSE(is_eligible(health, true, timing, noon + Duration(599'000)));
    CHECK(is_eligible(health, true, timing, noon + Duration(600'000)));
}
