#include "node-agent/domain/observe.h"

#include "tests/support/assignments.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

PartitionObservation running_primary() {
    PartitionObservation seen;
    seen.partition = PartitionId("acme-0");
    seen.role = ReplicaRole::Primary;
    seen.phase = PartitionPhase::Running;
    seen.ready = true;
    seen.position = Position{Epoch(1), 1000, false};
    seen.followers = {{"r1g1", "streaming", "quorum", 0}};
    return seen;
}

}  // namespace

TEST_CASE("bytes that move on are reported once in the quiet period, changes of state at once") {
    const ReportRules rules;
    auto later = running_primary();
    CHECK_FALSE(is_worth_reporting(running_primary(), later, Duration(100'000), rules));
    later.position->flushed_bytes = 2000;
    later.followers[0].lag_bytes = 12;
    CHECK_FALSE(is_worth_reporting(running_primary(), later, Duration(29'999), rules));
    CHECK(is_worth_reporting(running_primary(), later, Duration(30'000), rules));
    later.followers[0].state = "catchup";
    CHECK(is_worth_reporting(running_primary(), later, Duration(0), rules));
    later = running_primary();
    later.position->receiving = true;
    CHECK(is_worth_reporting(running_primary(), later, Duration(0), rules));
}

TEST_CASE("a percentage is progress, another step is news") {
    const ReportRules rules;
    auto before = running_primary();
    before.step = "fetching image: 3 %";
    auto after = before;
    after.step = "fetching image: 4 %";
    CHECK_FALSE(is_worth_reporting(before, after, Duration(0), rules));
    after.step = "init";
    CHECK(is_worth_reporting(before, after, Duration(0), rules));
}

TEST_CASE("what does not run obeys every fence, and so can say that it does not lead") {
    auto desired = test::assignment(1, 4);
    LocalState local{.partition = desired.partition};
    local.applied = test::fence(2);
    Session session;
    CHECK(observe(&desired, local, session, {}, "").fence == test::fence(4));
    session.service = ServiceState::Running;
    CHECK(observe(&desired, local, session, {}, "").fence == test::fence(2));
    desired.role = ReplicaRole::Primary;
    session.service = ServiceState::Ended;
    const auto ended = observe(&desired, local, session, {}, "");
    CHECK(ended.fence == test::fence(4));
    CHECK(ended.role == ReplicaRole::Standby);
    CHECK_FALSE(ended.ready);
}

TEST_CASE("what is to be stopped and does not run is stopped, whatever failed before") {
    auto desired = test::assignment(1);
    desired.desired = DesiredState::Stopped;
    LocalState local{.partition = desired.partition};
    Session session;
    session.failures = 3;
    session.not_yet = true;
    session.reason = "join: not yet";
    CHECK(observe(&desired, local, session, {}, "").phase == PartitionPhase::Stopped);
}

TEST_CASE("a failure is shown with its reason, a mere 'not yet' is not a failure") {
    const auto desired = test::assignment(1);
    LocalState local{.partition = desired.partition};
    Session session;
    session.failures = 1;
    session.reason = "disk full";
    const auto failed = observe(&desired, local, session, {}, "");
    CHECK(failed.phase == PartitionPhase::Failed);
    CHECK(failed.reason == "disk full");
    session.not_yet = true;
    CHECK(observe(&desired, local, session, {}, "").phase == PartitionPhase::Preparing);
}

TEST_CASE("phases follow health") {
    const auto desired = test::assignment(0);
    LocalState local{.partition = desired.partition,
                     .initialized = true,
                     .led = true,
                     .applied = test::fence(1),
                     .promoted = test::fence(1)};
    Session session;
    session.service = ServiceState::Running;
    CHECK(observe(&desired, local, session, {}, "").phase == PartitionPhase::Starting);
    CHECK(observe(&desired, local, session, {}, "").role == ReplicaRole::Primary);
    session.health =
        Health{.healthy = true, .ready = false, .diverged = false, .detail = "waiting for copies"};
    CHECK(observe(&desired, local, session, {}, "").phase == PartitionPhase::Starting);
    CHECK(observe(&desired, local, session, {}, "").reason == "waiting for copies");
    session.health->ready = true;
    CHECK(observe(&desired, local, session, {}, "").ready);
    session.health->healthy = false;
    CHECK(observe(&desired, local, session, {}, "").phase == PartitionPhase::Unhealthy);
}
