// Stop, start, delete, the password: an instance's life after its order.
#include <functional>

#include "master/domain/precondition.h"
#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

TEST_CASE("a stopped instance keeps its copies, and starts again in the same epoch") {
    World world;
    world.serve("acme");
    world.run(StopInstance{InstanceName("acme"), OperationId("op-stop")});
    for (int i = 0; i < 3; ++i) world.report("acme", i, PartitionPhase::Stopped, false);
    CHECK(world.operation("op-stop").state == OperationState::Succeeded);
    world.run(StartInstance{InstanceName("acme"), OperationId("op-start")});
    CHECK(world.instance("acme").fence == Fence{Generation(1), Epoch(1)});
    for (int i = 0; i < 3; ++i) world.report("acme", i, PartitionPhase::Running, true);
    CHECK(world.operation("op-start").state == OperationState::Succeeded);
}

TEST_CASE("a deleted instance goes with its last copy, and its name is free again") {
    World world;
    world.serve("acme");
    world.run(DeleteInstance{InstanceName("acme"), OperationId("op-delete")});
    CHECK_FALSE(world.instance("acme").admin_password);
    for (const char* node : {"lille-1", "gent-1", "nantes-1"}) {
        CHECK(world.state.instances().contains(InstanceName("acme")));
        ReportNode report;
        report.node = NodeId(node);
        for (const ReplicaKey& key : world.state.replicas_on(report.node))
            report.erased.push_back(partition_id(key));
        world.run(report);
    }
    CHECK_FALSE(world.state.instances().contains(InstanceName("acme")));
    CHECK(world.operation("op-delete").state == OperationState::Succeeded);
    CHECK(world.state.reserved_on(NodeId("lille-1")) == Resources{});
    CHECK(world.attempt(world.order("acme")).ok());
}

TEST_CASE("a box that lost everything and says so has erased what it no longer names") {
    World world;
    world.serve("acme");
    world.run(DeleteInstance{InstanceName("acme"), OperationId("op-delete")});
    ReportNode report;
    report.node = NodeId("lille-1");
    report.observations_full = true;
    world.run(report);
    CHECK(world.state.replicas_of(InstanceName("acme")).size() == 2);
}

TEST_CASE("a later operation supersedes the one that was going on") {
    World world;
    world.run(world.order("acme"));
    world.run(DeleteInstance{InstanceName("acme"), OperationId("op-delete")});
    CHECK(world.operation("op-acme").state == OperationState::Failed);
    CHECK(world.operation("op-acme").failure->code == ErrorCode::Aborted);
}

TEST_CASE("the password is shown once, and kept no longer than init needs it") {
    World world;
    world.run(world.order("acme"));
    world.run(RevealInstance{InstanceName("acme")});
    CHECK(world.instance("acme").admin_password);  // init has not run yet
    CHECK(world.attempt(RevealInstance{InstanceName("acme")}).failure().code ==
          ErrorCode::FailedPrecondition);
    world.report("acme", 0, PartitionPhase::Running, true);
    CHECK_FALSE(world.instance("acme").admin_password);
}

TEST_CASE(
    "what is asked of an instance that is another's by now is answered as if it were not there") {
    World world;
    world.serve("acme");
    const InstanceName acme("acme");
    const OperationId operation("op-late");
    const AccountId stranger("stranger");
    const std::vector<std::function<Command(const AccountId&)>> asked{
        [&](const AccountId& by) { return StopInstance{acme, operation, by}; },
        [&](const AccountId& by) { return StartInstance{acme, operation, by}; },
        [&](const AccountId& by) { return DeleteInstance{acme, operation, by}; },
        [&](const AccountId& by) { return PromoteInstance{acme, {}, false, operation, by, by}; },
        [&](const AccountId& by) { return RevealInstance{acme, by}; }};
    for (const auto& command : asked) {
        const auto refused = world.attempt(command(stranger));
        REQUIRE_FALSE(refused.ok());
        CHECK(refused.failure().code == ErrorCode::NotFound);
        // Nor does a precondition tell that it is there.
        CHECK_FALSE(revision_of_subject(world.state, command(stranger)));
        for (const AccountId& one : {world.instance("acme").owner, AccountId()}) {
            const auto own = world.attempt(command(one));
            CHECK((own.ok() || own.failure().code != ErrorCode::NotFound));
            CHECK(revision_of_subject(world.state, command(one)) ==
                  world.instance("acme").revision);
        }
    }
}

TEST_CASE("reports of another box, or of an older fence, change nothing") {
    World world;
    world.serve("acme");
    PartitionObservation seen = world.reported("acme", 0);
    seen.phase = PartitionPhase::Failed;
    ReportNode report;
    report.node = world.replica("acme", 1).node;
    report.observations.push_back(seen);
    world.run(report);
    CHECK(world.replica("acme", 0).observed.phase == PartitionPhase::Running);
    seen.fence = Fence{};
    report.node = world.replica("acme", 0).node;
    report.observations = {seen};
    world.run(report);
    CHECK(world.replica("acme", 0).observed.phase == PartitionPhase::Running);
}

TEST_CASE(
    "an operation that waited for a silent box goes on when the box is back, without a word") {
    World world;
    world.serve("acme");
    const NodeId silent = world.replica("acme", 0).node;
    world.run(StopInstance{InstanceName("acme"), OperationId("op-stop")});
    for (int i = 0; i < 3; ++i) world.report("acme", i, PartitionPhase::Stopped, false);
    world.run(StartInstance{InstanceName("acme"), OperationId("op-start")});
    world.run(MarkSilent{{silent}});
    world.run(StopInstance{InstanceName("acme"), OperationId("op-again")});
    CHECK(world.operation("op-again").state == OperationState::Running);
    world.run(ReportNode{.node = silent});
    CHECK(world.operation("op-again").state == OperationState::Succeeded);
}

TEST_CASE("to stop what is stopped, or start what runs, changes nothing and is done") {
    World world;
    world.serve("acme");
    const Instance before = world.instance("acme");
    world.run(StartInstance{InstanceName("acme"), OperationId("op-start")});
    CHECK(world.instance("acme") == before);
    CHECK(world.operation("op-start").state == OperationState::Succeeded);
    CHECK(world.operation("op-start").finished_at);
    // While it is under way the operation that does it is answered, and no other one made.
    world.run(StopInstance{InstanceName("acme"), OperationId("op-stop")});
    const auto again = world.attempt(StopInstance{InstanceName("acme"), OperationId("op-again")});
    CHECK(again.value().changes.empty());
    CHECK(again.value().reply.operation == OperationId("op-stop"));
    for (int i = 0; i < 3; ++i) world.report("acme", i, PartitionPhase::Stopped, false);
    const Revision stopped = world.instance("acme").revision;
    world.run(StopInstance{InstanceName("acme"), OperationId("op-third")});
    CHECK(world.instance("acme").revision == stopped);
    CHECK(world.operation("op-third").state == OperationState::Succeeded);
    world.run(DeleteInstance{InstanceName("acme"), OperationId("op-delete")});
    CHECK_FALSE(world.attempt(StopInstance{InstanceName("acme"), OperationId("op-x")}).ok());
    CHECK_FALSE(world.attempt(StartInstance{InstanceName("acme"), OperationId("op-x")}).ok());
}
