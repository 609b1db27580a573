#include "master/domain/observed.h"

#include "tests/support/catch.h"

using namespace foyer;
using foyer::master::Observed;

namespace {

PartitionObservation whole() {
    PartitionObservation seen;
    seen.partition = PartitionId("acme-0");
    seen.fence = {Generation(2), Epoch(3)};
    seen.applied = Revision(7);
    seen.role = ReplicaRole::Primary;
    seen.phase = PartitionPhase::Unhealthy;
    seen.step = "init: restoring";
    seen.reason = "disk full";
    seen.ready = true;
    seen.initialized = true;
    seen.position = Position{Epoch(3), 99, true};
    seen.followers = {{"r1g1", "streaming", "quorum", 7}};
    return seen;
}

}  // namespace

TEST_CASE("a report is kept whole, whatever is seldom in it") {
    const PartitionObservation full = whole();
    CHECK(Observed(full).as_reported(full.partition) == full);
    PartitionObservation bare;
    bare.partition = full.partition;
    CHECK(Observed(bare).as_reported(full.partition) == bare);
    CHECK(Observed(bare) == Observed());
    CHECK_FALSE(Observed(full) == Observed(bare));
}

TEST_CASE("every part of a report makes a difference") {
    const Observed kept(whole());
    const auto differs = [&](auto change) {
        PartitionObservation other = whole();
        change(other);
        return !(Observed(other) == kept);
    };
    CHECK(differs([](auto& seen) { seen.step.clear(); }));
    CHECK(differs([](auto& seen) { seen.reason = "disk full!"; }));
    CHECK(differs([](auto& seen) { seen.followers[0].lag_bytes = 8; }));
    CHECK(differs([](auto& seen) { seen.followers.clear(); }));
    CHECK(differs([](auto& seen) { seen.position.reset(); }));
    CHECK(differs([](auto& seen) { seen.applied = Revision(8); }));
}

TEST_CASE("an observation without words or followers is light") {
    CHECK(sizeof(Observed) <= sizeof(PartitionObservation) / 2 + 16);
    Observed quiet;
    CHECK(quiet.step().empty());
    CHECK(quiet.reason().empty());
    CHECK(quiet.followers().empty());
    quiet.say("", "disk full");
    CHECK(quiet.reason() == "disk full");
    quiet.say("", "");
    CHECK(quiet == Observed());
}
