#include "master/app/rate_limit.h"

#include <vector>

#include "common/base/random.h"
#include "tests/support/catch.h"
#include "tests/support/test_seed.h"

using namespace foyer;
using namespace foyer::master;

namespace {

MonoTime at(std::int64_t ms) { return MonoTime{1'000'000 + ms}; }

}  // namespace

TEST_CASE("a burst is given at once, then so many a second") {
    RateLimiter limiter({.per_second = 10, .burst = 3});
    CHECK(limiter.take("a", at(0)).left == 2);
    CHECK(limiter.take("a", at(0)).left == 1);
    CHECK(limiter.take("a", at(0)).left == 0);
    const RateVerdict refused = limiter.take("a", at(0));
    CHECK_FALSE(refused.admitted);
    CHECK(refused.again_after == Duration(100));
    CHECK(refused.full_after == Duration(300));
    CHECK_FALSE(limiter.take("a", at(99)).admitted);
    CHECK(limiter.take("a", at(100)).admitted);
    CHECK_FALSE(limiter.take("a", at(150)).admitted);
    CHECK(limiter.take("a", at(10'000)).left == 2);
}

TEST_CASE("one caller's requests do not count for another") {
    RateLimiter limiter({.per_second = 1, .burst = 1});
    CHECK(limiter.take("a", at(0)).admitted);
    CHECK(limiter.take("b", at(0)).admitted);
    CHECK_FALSE(limiter.take("a", at(0)).admitted);
}

TEST_CASE("without a rate everybody may ask as often as he likes, and nothing is kept") {
    RateLimiter limiter({.per_second = 0, .burst = 1});
    for (int i = 0; i < 1000; ++i) CHECK(limiter.take("a", at(0)).admitted);
    CHECK(limiter.size() == 0);
}

TEST_CASE("who has not asked for a while is forgotten") {
    RateLimiter limiter({.per_second = 100, .burst = 10});
    for (int i = 0; i < 20'000; ++i) limiter.take("t" + std::to_string(i), at(i));
    CHECK(limiter.size() <= 1'000);
}

TEST_CASE("within no window more than the burst and the window's share are admitted") {
    const std::uint64_t seed = test::test_seed();
    CAPTURE(seed);
    SeededRng rng(seed);
    for (int round = 0; round < 10; ++round) {
        const Rate rate{static_cast<std::int64_t>(1 + rng.below(1'000)),
                        static_cast<std::int64_t>(1 + rng.below(50))};
        RateLimiter limiter(rate);
        std::vector<std::int64_t> admitted;
        std::int64_t now = 0;
        for (int i = 0; i < 400; ++i) {
            now += static_cast<std::int64_t>(
                rng.below(1 + 3'000 / static_cast<std::uint64_t>(rate.per_second)));
            const RateVerdict verdict = limiter.take("a", at(now));
            if (verdict.admitted) {
                admitted.push_back(now);
            } else {
                // Who comes again when he is told to is admitted.
                now += verdict.again_after.count();
                REQUIRE(limiter.take("a", at(now)).admitted);
                admitted.push_back(now);
            }
        }
        for (std::size_t from = 0; from < admitted.size(); ++from) {
            for (std::size_t to = from; to < admitted.size(); ++to) {
                const std::int64_t window = admitted[to] - admitted[from];
                // Whole microseconds a request: the rate is kept to within one request.
                const std::int64_t most = rate.burst + window * rate.per_second / 1000 + 1;
                REQUIRE(static_cast<std::int64_t>(to - from) < most + 1);
            }
        }
    }
}
