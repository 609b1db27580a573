#include "master/domain/desired.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::HomeSpec;
using foyer::test::World;

namespace {

const LineageId lineage("lineage-1");

World with_edge() {
    World world;
    world.add_home({"gate",
                    "elm",
                    "FR",
                    HostClass::House,
                    {Millicores(1000), gibibytes(1), gibibytes(10)},
                    true});
    return world;
}

}  // namespace

TEST_CASE("a box without a past gets everything, one that is up to date nothing") {
    World world = with_edge();
    world.run(world.order("acme"));
    const NodeId node = world.replica("acme", 0).node;
    const DesiredDelta full = desired_since(world.state, node, {}, {});
    CHECK(full.base == Revision());
    REQUIRE(full.assignments.size() == 1);
    CHECK(full.assignments[0].role == ReplicaRole::Primary);
    CHECK(full.assignments[0].members.size() == 3);
    CHECK(full.assignments[0].copies == 2);
    CHECK(full.peers.size() == 1);
    CHECK(full.settings);
    const DesiredDelta none = desired_since(world.state, node, lineage, full.revision);
    CHECK(none.assignments.empty());
    CHECK(none.peers.empty());
    CHECK_FALSE(none.settings);
}

TEST_CASE("an edge is told its own public address, a home has none") {
    World world = with_edge();
    for (const auto& [name, node] : world.state.nodes()) {
        const DesiredDelta full = desired_since(world.state, name, {}, {});
        REQUIRE(full.settings);
        CHECK(full.settings->public_address == node.public_address);
        CHECK(full.settings->public_address.empty() != node.edge);
    }
}

TEST_CASE("a difference carries what changed, and only that") {
    World world = with_edge();
    world.run(world.order("acme"));
    const Revision before = world.state.revision();
    world.run(world.order("globex"));
    const DesiredDelta delta = desired_since(world.state, NodeId("lille-1"), lineage, before);
    CHECK(delta.base == before);
    REQUIRE(delta.assignments.size() == 1);
    CHECK(delta.assignments[0].instance == InstanceName("globex"));
}

TEST_CASE("a deleted instance is told as removed, to its boxes and to the edges") {
    World world = with_edge();
    world.serve("acme");
    const Revision before = world.state.revision();
    world.run(DeleteInstance{InstanceName("acme"), OperationId("op-d")});
    const DesiredDelta box = desired_since(world.state, NodeId("lille-1"), lineage, before);
    CHECK(box.removed_assignments ==
          std::vector{partition_id(*world.state.replicas_on(NodeId("lille-1")).begin())});
    CHECK(box.assignments.empty());
    const DesiredDelta edge = desired_since(world.state, NodeId("gate-1"), lineage, before);
    CHECK(edge.removed_routes == std::vector<std::string>{"acme.foyer.localhost"});
    CHECK(edge.routes.empty());
}

TEST_CASE("another lineage, the future, or a forgotten past gets a full answer") {
    World world;
    world.run(world.order("acme"));
    const NodeId node("lille-1");
    CHECK(desired_since(world.state, node, LineageId("other"), world.state.revision()).base ==
          Revision());
    CHECK(desired_since(world.state, node, lineage, world.state.revision().next()).base ==
          Revision());
    world.state.mark_loaded();
    CHECK(desired_since(world.state, node, lineage, Revision(1)).base == Revision());
}

TEST_CASE("edges route to a leader once it serves, and to nobody while one is chosen") {
    World world = with_edge();
    world.run(world.order("acme"));
    CHECK(desired_since(world.state, NodeId("gate-1"), {}, {}).routes.at(0).backend.empty());
    world.report("acme", 0, PartitionPhase::Running, true);
    CHECK(desired_since(world.state, NodeId("gate-1"), {}, {}).routes.at(0).backend ==
          "[fd50:f0e:1:" +
              std::to_string(world.state.nodes().at(world.replica("acme", 0).node).number) +
              "::10]:8000");
    world.report("acme", 1, PartitionPhase::Running, true);
    world.report("acme", 2, PartitionPhase::Running, true);
    world.run(PromoteInstance{InstanceName("acme"), std::nullopt, false, OperationId("op-p")});
    CHECK(desired_since(world.state, NodeId("gate-1"), {}, {}).routes.at(0).backend.empty());
}

TEST_CASE("the password reaches the founder only, and only until init is done") {
    World world;
    world.run(world.order("acme"));
    const auto secrets = [&](int index) {
        return desired_since(world.state, world.replica("acme", index).node, {}, {})
            .assignments.at(0)
            .secrets.by_name;
    };
    CHECK(secrets(0).contains("admin_password"));
    CHECK_FALSE(secrets(1).contains("admin_password"));
    world.report("acme", 0, PartitionPhase::Running, true);
    CHECK_FALSE(secrets(0).contains("admin_password"));
    CHECK(secrets(0).contains("replication_password"));
}

TEST_CASE("every copy is given the same secrets once there is data, a witness none") {
    World world;
    world.serve("acme");
    const auto secrets = [&](int index) {
        return desired_since(world.state, world.replica("acme", index).node, {}, {})
            .assignments.at(0)
            .secrets;
    };
    CHECK_FALSE(secrets(0).by_name.empty());
    CHECK(secrets(1) == secrets(0));
    CHECK(secrets(2) == secrets(0));
    Replica witness = world.replica("acme", 2);
    witness.kind = ReplicaKind::Witness;
    world.state.apply({Put<Replica>{witness}}, world.state.revision().next());
    CHECK(secrets(2).by_name.empty());
    CHECK(secrets(1) == secrets(0));
}

TEST_CASE("the others hear who leads once there is something to copy") {
    World world;
    world.run(world.order("acme"));
    const auto leader = [&](int index) {
        return desired_since(world.state, world.replica("acme", index).node, {}, {})
            .assignments.at(0)
            .leader;
    };
    CHECK(leader(0) == ReplicaIndex{0});
    CHECK_FALSE(leader(1));
    world.report("acme", 0, PartitionPhase::Starting, false);
    CHECK_FALSE(leader(1));
    world.report("acme", 0, PartitionPhase::Running, false);
    CHECK(leader(1) == ReplicaIndex{0});
}

TEST_CASE("only an instance without data has a founder") {
    World world;
    world.run(world.order("acme"));
    const NodeId node = world.replica("acme", 0).node;
    CHECK(desired_since(world.state, node, {}, {}).assignments.at(0).founder);
    world.report("acme", 0, PartitionPhase::Running, true);
    CHECK_FALSE(desired_since(world.state, node, {}, {}).assignments.at(0).founder);
}

TEST_CASE("a home's neighbours are the edges, an edge's are all") {
    World world = with_edge();
    CHECK(desired_since(world.state, NodeId("lille-1"), {}, {}).peers.size() == 1);
    CHECK(desired_since(world.state, NodeId("gate-1"), {}, {}).peers.size() == 3);
    const Revision before = world.state.revision();
    world.run(DeleteNode{NodeId("lille-1")});
    CHECK(desired_since(world.state, NodeId("gate-1"), lineage, before).removed_peers ==
          std::vector{NodeId("lille-1")});
}

TEST_CASE("a full answer names what is deleted and still on the box") {
    World world;
    world.serve("acme");
    const NodeId node = world.replica("acme", 0).node;
    world.run(DeleteInstance{InstanceName("acme"), OperationId("op-delete")});
    const DesiredDelta full = desired_since(world.state, node, {}, {});
    CHECK(full.base == Revision());
    CHECK(full.assignments.empty());
    CHECK(full.removed_assignments == std::vector<PartitionId>{PartitionId("acme-0")});
}

TEST_CASE("a wish says which order of the name is meant") {
    World world = with_edge();
    world.serve("acme");
    const WallTime ordered = world.instance("acme").created_at;
    REQUIRE(ordered != WallTime{});
    const NodeId node = world.replica("acme", 0).node;
    CHECK(desired_since(world.state, node, {}, {}).assignments.at(0).ordered_at == ordered);
    CHECK(desired_since(world.state, NodeId("gate-1"), {}, {}).routes.at(0).ordered_at == ordered);
}
