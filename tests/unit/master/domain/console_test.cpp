#include "master/domain/console.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

const InstanceName acme("acme");

ExecInstance run_in(World& world, std::optional<ReplicaIndex> index) {
    return {acme, index, {"psql", "-c", "select 1"}, world.instance("acme").owner};
}

std::string rule_of(const Result<Decision>& refused) {
    for (const ErrorDetail& detail : refused.failure().details)
        if (detail.key == "rule") return detail.value;
    return "";
}

}  // namespace

TEST_CASE("a program is run in the copy that leads, and told in the instance's events") {
    World world;
    world.serve("acme");
    world.run(run_in(world, std::nullopt));
    const Event event = world.state.recent_events().rbegin()->second;
    CHECK(event.kind == "program_run");
    CHECK(event.subject == "acme");
    CHECK(event.owner == world.instance("acme").owner);
    CHECK(event.message ==
          "in copy 0 on '" + world.replica("acme", 0).node.str() + "': psql -c select 1");
}

TEST_CASE("a long command is told by its beginning") {
    World world;
    world.serve("acme");
    ExecInstance command = run_in(world, ReplicaIndex{1});
    command.program = {"sh", "-c", std::string(5'000, 'x')};
    world.run(command);
    CHECK(world.state.recent_events().rbegin()->second.message.size() < 500);
}

TEST_CASE("nobody but who ordered it looks into a copy, the operator neither") {
    World world;
    world.serve("acme");
    ExecInstance command = run_in(world, std::nullopt);
    command.by = AccountId("somebody-else");
    CHECK(world.attempt(command).failure().code == ErrorCode::PermissionDenied);
    CHECK(rule_of(world.attempt(command)) == "orderer_only");
}

TEST_CASE("a program needs a copy that runs, on a box that is there") {
    World world;
    world.serve("acme");
    CHECK(world.attempt(run_in(world, ReplicaIndex{9})).failure().code == ErrorCode::NotFound);
    world.report("acme", 1, PartitionPhase::Failed, false);
    CHECK(rule_of(world.attempt(run_in(world, ReplicaIndex{1}))) == "not_running");
    world.run(MarkSilent{{world.replica("acme", 0).node}});
    CHECK(rule_of(world.attempt(run_in(world, std::nullopt))) == "box_away");
}

TEST_CASE("a log is there of a copy that does not run, too") {
    World world;
    world.serve("acme");
    world.report("acme", 1, PartitionPhase::Failed, false);
    const Instance row = world.instance("acme");
    const auto found = [&](std::optional<ReplicaIndex> index) {
        return find_copy(world.state, row, index, CopyWanted::Any).value()->key.index;
    };
    CHECK(found(ReplicaIndex{1}) == ReplicaIndex{1});
    CHECK(found(std::nullopt) == row.leader);
    Instance nobody_leads = row;
    nobody_leads.leader.reset();
    CHECK(find_copy(world.state, nobody_leads, std::nullopt, CopyWanted::Any).ok());
    CHECK_FALSE(find_copy(world.state, nobody_leads, std::nullopt, CopyWanted::Running).ok());
}
