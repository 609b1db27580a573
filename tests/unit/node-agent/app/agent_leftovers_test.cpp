// What lies on a box that nobody wants any more, or that was made for another order of the name.
#include "tests/unit/node-agent/app/agent_world.h"

using namespace foyer;
using namespace foyer::agent;
using foyer::test::assignment;
using foyer::test::eventually;
using World = foyer::test::AgentWorld;

TEST_CASE("without a journal, what lies here for another order of the name is still not taken") {
    World world;
    world.boot();
    world.found_two();
    world.agent.reset();
    world.boot_without_journal();
    world.revision = 0;
    Assignment again = assignment(1, 1, 9);
    again.ordered_at = WallTime{1'700'000'000'001};
    world.assign({again});
    CHECK(eventually([&] { return world.runs("acme-1", ReplicaRole::Standby, 1); }));
    const auto deeds = world.box.deeds();
    const auto erased = std::ranges::find(deeds, "erase acme-1");
    REQUIRE(erased != deeds.end());
    CHECK(std::find(erased, deeds.end(), "prepare acme-1") != deeds.end());
}

TEST_CASE(
    "a removed partition is stopped, erased and named to the master; its name may come again") {
    World world;
    world.boot();
    world.assign({assignment(0)});
    REQUIRE(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    world.remove("acme-0");
    CHECK(eventually([&] { return world.box.names().empty(); }));
    CHECK(eventually([&] { return !world.agent->report().erased.empty(); }));
    CHECK(world.journal.recovered().partitions.empty());
    world.assign({assignment(0)});
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    CHECK(world.box.count("init acme-0") == 2);
}

TEST_CASE("a removal is not forgotten by an agent that dies before the partition's journal knows") {
    World world;
    world.boot();
    world.assign({assignment(0)});
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    const LocalState before = world.journal.recovered().partitions.at(PartitionId("acme-0"));
    world.box.fail("stop acme-0", 1'000);
    world.remove("acme-0");
    world.agent.reset();
    world.journal.hold_back(before);
    world.box.fail("stop acme-0", 0);
    world.boot();
    CHECK(eventually([&] { return world.box.names().empty(); }));
}

TEST_CASE("what no wish knows and a full answer does not name is kept for the long hold") {
    World world;
    world.boot();
    world.assign({assignment(0)});
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    world.agent.reset();
    world.journal.lose_desired();
    world.revision = 0;
    world.boot();
    REQUIRE(world.agent->digest(world.answer({})).ok());
    CHECK(eventually([&] {
        return world.journal.recovered().partitions.at(PartitionId("acme-0")).removal ==
               Removal::Forgotten;
    }));
    CHECK(world.box.partition("acme-0").running);
}

TEST_CASE("the first full report names what is on the box, before anybody has looked at it") {
    World world;
    world.boot();
    world.assign({assignment(0)});
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    world.boot();
    const SyncReport first = world.agent->report();
    CHECK(first.observations_full);
    REQUIRE(first.observations.size() == 1);
    CHECK(first.observations[0].partition == PartitionId("acme-0"));
}

TEST_CASE("what is left of a deleted instance goes before its namesake comes") {
    World world;
    world.boot();
    world.assign({assignment(0, 5)});
    REQUIRE(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 5); }));
    Assignment anew = assignment(0, 1);
    anew.ordered_at = anew.ordered_at + Duration(60'000);
    SECTION("told while it runs") {}
    SECTION("told to an agent that lost its wish") {
        world.agent.reset();
        world.journal.lose_desired();
        world.revision = 0;
        world.boot();
    }
    world.assign({anew});
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    CHECK(world.box.count("erase acme-0") == 1);
    CHECK(world.box.count("init acme-0") == 2);
    CHECK(world.seen("acme-0").ordered_at == anew.ordered_at);
    CHECK(world.journal.recovered().partitions.at(PartitionId("acme-0")).ordered_at ==
          anew.ordered_at);
}
