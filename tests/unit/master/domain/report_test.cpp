// What boxes say wrongly changes nothing.
#include "tests/support/catch.h"
#include "tests/support/invariants.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

struct Served {
    Served() { world.serve("acme"); }
    World world;

    PartitionObservation seen(int index) const { return world.reported("acme", index); }
    // Said by the box that holds copy `by`, in an hour when anything else would show.
    void say(const PartitionObservation& what, int by) {
        ReportNode report;
        report.node = world.replica("acme", by).node;
        report.observations.push_back(what);
        world.run(report);
    }
    void changes_nothing(const PartitionObservation& what, int by) {
        const PartitionObservation before = seen(1);
        say(what, by);
        CHECK(seen(1) == before);
        for (const std::string& problem : test::broken(world.state)) FAIL(problem);
    }
};

}  // namespace

TEST_CASE("a report about another box's partition is not believed") {
    Served served;
    PartitionObservation lie = served.seen(1);
    lie.ready = false;
    lie.phase = PartitionPhase::Failed;
    served.changes_nothing(lie, 2);
    CHECK(served.world.instance("acme").served);
}

TEST_CASE("a report about what does not exist is not believed") {
    Served served;
    for (const char* name : {"acme-7", "acme-", "acme", "-1", "acme-00000001", "beta-0",
                             "acme-99999999999999999999", "acme-1x"}) {
        PartitionObservation odd = served.seen(1);
        odd.partition = PartitionId(name);
        odd.ready = false;
        served.changes_nothing(odd, 1);
    }
}

TEST_CASE("a report from an older generation or epoch is late, one from a newer cannot be") {
    Served served;
    served.world.run(
        PromoteInstance{InstanceName("acme"), std::nullopt, false, OperationId("op-1")});
    PartitionObservation now = served.seen(1);
    now.fence = served.world.instance("acme").fence;
    served.say(now, 1);
    PartitionObservation late = now;
    late.fence.epoch = Epoch(1);
    late.ready = false;
    served.changes_nothing(late, 1);
    PartitionObservation early = now;
    early.fence.epoch = Epoch(9);
    served.changes_nothing(early, 1);
    early.fence = {Generation(2), Epoch(1)};
    served.changes_nothing(early, 1);
}

TEST_CASE("positions that cannot be are not believed") {
    Served served;
    PartitionObservation odd = served.seen(1);
    odd.position = Position{Epoch(1), -5, false};
    served.changes_nothing(odd, 1);
    odd.position = Position{Epoch(2), 5, false};
    served.changes_nothing(odd, 1);
    // A revision that was never made says nothing; the rest is believed.
    odd.position = Position{Epoch(1), 5, true};
    odd.applied = Revision(1'000'000);
    served.say(odd, 1);
    CHECK(served.seen(1).applied == Revision());
    CHECK(served.seen(1).position->flushed_bytes == 5);
}

TEST_CASE("capacities that no machine has change nothing") {
    Served served;
    const NodeId box = served.world.replica("acme", 1).node;
    const Resources before = served.world.state.nodes().at(box).capacity;
    for (const Resources& total :
         {Resources{Millicores(1), gibibytes(1), gibibytes(1), KbitPerSecond(-1)},
          Resources{Millicores(1), gibibytes(1), gibibytes(1), KbitPerSecond(INT64_MAX)},
          Resources{Millicores(-1), gibibytes(1), gibibytes(1)},
          Resources{Millicores(1), Bytes(0), gibibytes(1)},
          Resources{Millicores(1), Bytes(INT64_MAX), gibibytes(1)},
          Resources{Millicores(INT64_MAX), gibibytes(1), gibibytes(1)}}) {
        ReportNode report;
        report.node = box;
        report.capacity = total;
        served.world.run(report);
        CHECK(served.world.state.nodes().at(box).capacity == before);
    }
}

TEST_CASE("orders that contradict themselves or the homes there are say so with numbers") {
    const World world;  // three ISPs, in FR and BE
    const auto refused = [&](const OrderInstance& order) {
        const auto decision = world.attempt(order);
        REQUIRE_FALSE(decision.ok());
        return decision.failure();
    };
    const auto fact = [](const Error& failure, const std::string& key) {
        for (const ErrorDetail& detail : failure.details) {
            if (detail.key == key) return detail.value;
        }
        return std::string();
    };
    OrderInstance order = world.order("acme");
    order.replicas = 4;
    CHECK(fact(refused(order), "needed") == "4");
    CHECK(fact(refused(order), "found") == "3");
    order = world.order("acme");
    order.countries = {CountryCode("DE")};
    CHECK(fact(refused(order), "needed") == "3");
    CHECK(fact(refused(order), "found") == "0");
    order.min_countries = 2;
    CHECK(refused(order).code == ErrorCode::InvalidArgument);
    order = world.order("acme");
    order.min_countries = -1;
    CHECK(refused(order).code == ErrorCode::InvalidArgument);
    order = world.order("acme");
    order.replicas = -3;
    CHECK(refused(order).code == ErrorCode::InvalidArgument);
}

TEST_CASE("what a box says of a deleted instance is not taken for the one that has its name now") {
    Served served;
    PartitionObservation leftover = served.seen(1);
    leftover.ready = false;
    leftover.phase = PartitionPhase::Failed;
    leftover.ordered_at = served.world.instance("acme").created_at + Duration(-60'000);
    served.changes_nothing(leftover, 1);
    leftover.ordered_at = served.world.instance("acme").created_at;
    served.say(leftover, 1);
    CHECK(served.seen(1).phase == PartitionPhase::Failed);
    CHECK(served.seen(1).ordered_at == WallTime{});
}
