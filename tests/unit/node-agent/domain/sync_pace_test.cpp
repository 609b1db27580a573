#include "node-agent/domain/sync_pace.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

SyncAnswer answer() {
    SyncAnswer made;
    made.next_delay = Duration(100);
    made.hold_max = Duration(20'000);
    return made;
}

const Status misfit = error(ErrorCode::Aborted, "the difference did not fit");

}  // namespace

TEST_CASE("after an answer the master's own delay counts, and news end it") {
    SeededRng rng(1);
    SyncPace pace(SyncRules{});
    CHECK(pace.hold() == Duration(30'000));
    const auto pause = pace.answered(answer(), ok_status(), rng);
    CHECK(pause.span == Duration(100));
    CHECK(pause.until_news);
    CHECK(pace.hold() == Duration(20'000));
}

TEST_CASE("a difference that did not fit is asked for at once, twice, then ever more slowly") {
    SeededRng rng(1);
    SyncPace pace(SyncRules{});
    CHECK(pace.answered(answer(), misfit, rng).span == Duration(0));
    CHECK(pace.answered(answer(), misfit, rng).span == Duration(0));
    CHECK(pace.answered(answer(), misfit, rng).span > Duration(0));
    pace.answered(answer(), ok_status(), rng);
    CHECK(pace.failures() == 0);
}

TEST_CASE("failures wait longer and longer, much longer for a box that is not wanted") {
    SeededRng rng(1);
    const SyncRules rules;
    SyncPace pace(rules);
    for (int i = 0; i < 40; ++i) {
        const auto pause = pace.failed(ErrorCode::Unavailable, rng);
        CHECK(pause.span <= rules.backoff.longest);
        CHECK_FALSE(pause.until_news);
    }
    SyncPace refused(rules);
    CHECK(refused.failed(ErrorCode::Unauthenticated, rng).span >= rules.refused_backoff.first / 2);
    CHECK(is_refused(ErrorCode::NotFound));
    CHECK_FALSE(is_refused(ErrorCode::Unavailable));
}

TEST_CASE("orders that cannot be written down do not stop the reports") {
    SeededRng rng(1);
    SyncPace pace(SyncRules{});
    const auto pause = pace.answered(answer(), error(ErrorCode::Unavailable, "read-only"), rng);
    CHECK(pause.span > Duration(0));
    CHECK(pause.until_news);
}

TEST_CASE("news wait for the coalescing time, and no call follows faster than the pace") {
    SyncRules rules;
    rules.pace = Duration(1'000);
    rules.coalesce = Duration(200);
    const SyncPace pace(rules);
    CHECK(pace.until_news_end_call(Duration(0)) == Duration(1'000));
    CHECK(pace.until_news_end_call(Duration(900)) == Duration(200));
    CHECK(pace.until_news_end_call(Duration(60'000)) == Duration(200));
}
