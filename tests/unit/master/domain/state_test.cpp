#include "master/domain/state.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

TEST_CASE("replaying the committed changes rebuilds the same state") {
    World world;
    world.serve("acme");
    world.run(StopInstance{InstanceName("acme"), OperationId("op-stop")});
    State again(world.state.settings(), world.state.lineage());
    for (const auto& [revision, changes] : world.history) again.apply(changes, revision);
    CHECK(again.revision() == world.state.revision());
    CHECK(again.nodes() == world.state.nodes());
    CHECK(again.instances() == world.state.instances());
    CHECK(again.replicas() == world.state.replicas());
    CHECK(again.operations() == world.state.operations());
    CHECK(again.recent_events() == world.state.recent_events());
}

TEST_CASE("what is reserved on a box is the sum of its partitions") {
    World world;
    world.run(world.order("acme"));
    world.run(world.order("globex"));
    const NodeId node("lille-1");
    CHECK(world.state.replicas_on(node).size() == 2);
    CHECK(world.state.reserved_on(node) ==
          Resources{Millicores(2000), gibibytes(2), gibibytes(20), KbitPerSecond(2'000)});
}

TEST_CASE("only boxes that a change concerns have something new to hear") {
    World world(World::five_homes());
    const auto before = world.state.revision();
    world.run(world.order("acme"));
    int concerned = 0;
    for (const auto& [name, node] : world.state.nodes())
        concerned += world.state.desired_revision(name) > before ? 1 : 0;
    CHECK(concerned == 3);
}

TEST_CASE("boxes concerned since an earlier copy are those with something new to hear") {
    World world;
    const State before = world.state;
    world.run(CreateAccount{AccountId("carla"), {AccountRole::Customer}});
    CHECK(world.state.concerned_since(before) == std::vector<NodeId>());
    world.run(world.order("acme"));
    std::vector<NodeId> expected;
    for (const auto& [name, node] : world.state.nodes()) {
        if (world.state.desired_revision(name) > before.revision()) expected.push_back(name);
    }
    CHECK(expected.size() >= 3);
    CHECK(world.state.concerned_since(before) == expected);
    CHECK(before.instances().empty());
    const NodeId& first = world.state.nodes().begin()->first;
    CreateNodeToken edge{world.state.nodes().at(first).site,
                         NodeId("edge-9"),
                         true,
                         "198.18.1.99",
                         "hash-9",
                         Duration(3'600'000)};
    world.run(edge);
    CHECK(world.state.concerned_since(before) == std::nullopt);  // everybody has a new neighbour
}

TEST_CASE("a partition's name leads to its replica, and nonsense to none") {
    World world;
    world.run(world.order("acme"));
    REQUIRE(world.state.find_replica(PartitionId("acme-2")) != nullptr);
    for (const char* name :
         {"", "acme", "acme-", "acme-9", "acme-x", "-0", "acme-00000000000000000001"}) {
        CHECK(world.state.find_replica(PartitionId(name)) == nullptr);
    }
}

TEST_CASE("addresses and URLs follow from numbers") {
    const World world;
    CHECK(overlay_prefix_of(world.state, 10) == "fd50:f0e:1:a::/64");
    CHECK(overlay_address(world.state, 10, 16) == "fd50:f0e:1:a::10");
    CHECK(overlay_box_address(world.state, 10) == "fd50:f0e:1:a::");
    CHECK(url_of(world.state, InstanceName("acme")) == "https://acme.foyer.localhost/");
}
