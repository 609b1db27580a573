#include "master/domain/group.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

Group group_of(const World& world) { return Group(world.state, world.instance("acme")); }

Changes written(const World& world, const Group& group) {
    Draft draft(world.state, world.now);
    group.put_back(draft);
    return std::move(draft).done().changes;
}

World served() {
    World world;
    world.serve("acme");
    return world;
}

}  // namespace

TEST_CASE("only rows that differ are put back") {
    const World world = served();
    Group group = group_of(world);
    REQUIRE(group.replicas.size() == 3);
    CHECK(written(world, group).empty());

    group.find(ReplicaIndex{1})->observed.say("", "disk full");
    const Changes replica_only = written(world, group);
    REQUIRE(replica_only.size() == 1);
    CHECK(replica_only[0].get<Put<Replica>>().row.key.index == ReplicaIndex{1});

    group.instance.desired = DesiredState::Stopped;
    CHECK(written(world, group).size() == 2);
}

TEST_CASE("copies are found by their index, and the leader by the instance's word") {
    const World world = served();
    Group group = group_of(world);
    CHECK(group.find(ReplicaIndex{2})->key.index == ReplicaIndex{2});
    CHECK(group.find(ReplicaIndex{3}) == nullptr);
    REQUIRE(group.leader() != nullptr);
    CHECK(group.leader()->key.index == *group.instance.leader);
    group.instance.leader.reset();
    CHECK(group.leader() == nullptr);
}

TEST_CASE("a box that reports is there, whatever the state still says") {
    World world = served();
    const NodeId leading = group_of(world).leader()->node;
    world.run(MarkSilent{{leading}});
    Group group = group_of(world);
    CHECK(group.is_silent(leading));
    CHECK_FALSE(group.is_serving());
    group.heard_of(leading);
    CHECK_FALSE(group.is_silent(leading));
    CHECK(group.is_serving());
    CHECK(group.is_silent(NodeId("nobody")));
}

TEST_CASE("what a box says counts only in the newest fence") {
    const World world = served();
    Group group = group_of(world);
    CHECK(group.is_serving());
    group.instance.fence.epoch = group.instance.fence.epoch.next();
    CHECK_FALSE(group.is_current(*group.leader()));
    CHECK_FALSE(group.is_serving());
}

TEST_CASE("an open host's box and a witness never lead") {
    auto homes = World::three_homes();
    homes[2].host_class = HostClass::Open;
    World world(homes);
    world.serve("acme");
    const Group group = group_of(world);
    for (const Replica& replica : group.replicas) {
        const SiteId site = world.state.nodes().at(replica.node).site;
        CHECK(group.may_lead(replica) == (site != SiteId(homes[2].name)));
        Replica witness = replica;
        witness.kind = ReplicaKind::Witness;
        CHECK_FALSE(group.may_lead(witness));
    }
}

TEST_CASE("a synchronous write is on two copies before it is acknowledged") {
    const World world = served();
    Group group = group_of(world);
    group.instance.policy.mode = ReplicationMode::Synchronous;
    CHECK(group.copies() == 2);
    group.instance.policy.mode = ReplicationMode::Asynchronous;
    CHECK(group.copies() == 1);
}

TEST_CASE("members hear of a change by its revision, and edges with them; edges also alone") {
    const World world = served();
    Group group = group_of(world);
    const Draft draft(world.state, world.now);
    REQUIRE(group.instance.group_revision != draft.revision());
    group.route_changed(draft);
    CHECK(group.instance.route_revision == draft.revision());
    CHECK(group.instance.group_revision != draft.revision());
    group.instance.route_revision = Revision();
    group.group_changed(draft);
    CHECK(group.instance.group_revision == draft.revision());
    CHECK(group.instance.route_revision == draft.revision());
}

TEST_CASE("a new operation supersedes the one that was going on") {
    World world;
    world.run(world.order("acme"));
    REQUIRE(world.operation("op-acme").state == OperationState::Running);
    Group group = group_of(world);
    Draft draft(world.state, world.now);
    begin_operation(group, draft, OperationKind::Stop, OperationId("op-stop"));
    CHECK(group.instance.operation == OperationId("op-stop"));
    const Changes changes = std::move(draft).done().changes;
    REQUIRE(changes.size() == 3);  // the event between them tells of an order that failed
    const Operation& earlier = changes[0].get<Put<Operation>>().row;
    CHECK(earlier.id == OperationId("op-acme"));
    CHECK(earlier.state == OperationState::Failed);
    REQUIRE(earlier.failure);
    CHECK(earlier.failure->code == ErrorCode::Aborted);
    CHECK(changes[1].get<Put<Event>>().row.kind == "order_failed");
    CHECK(changes[2].get<Put<Operation>>().row.state == OperationState::Running);
}

TEST_CASE("an operation ends once, when its last step is done") {
    World world;
    world.run(world.order("acme"));
    Group group = group_of(world);
    Draft early(world.state, world.now);
    advance_operation(group, early);
    CHECK(group.instance.operation == OperationId("op-acme"));
    for (int i = 0; i < 3; ++i) world.report("acme", i, PartitionPhase::Running, true);
    Group done = group_of(world);
    Draft late(world.state, world.now);
    advance_operation(done, late);
    CHECK(late.empty());
}
