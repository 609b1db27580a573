#include "master/domain/fleet_slots.h"

#include "master/domain/placement.h"
#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

Demand demand_of(const World& world) {
    Demand demand;
    demand.each = world.state.releases().begin()->second.sizes.front().resources;
    return demand;
}

}  // namespace

TEST_CASE("a copy has no index, makes one when asked, and decides the same") {
    World world(World::five_homes());
    world.serve("acme");
    const State copy = world.state;
    const Demand demand = demand_of(world);
    CHECK(world.state.slots().get() == world.state.slots().get());
    CHECK(copy.slots().get() != copy.slots().get());
    CHECK(place(copy, demand).value().nodes == place(world.state, demand).value().nodes);
}

TEST_CASE("a copy that goes on alone follows its own rows") {
    World world(World::five_homes());
    World other = world;
    other.serve("acme");
    const Demand demand = demand_of(world);
    CHECK(place(other.state, demand).value().nodes != place(world.state, demand).value().nodes);
    world.serve("acme");
    CHECK(place(other.state, demand).value().nodes == place(world.state, demand).value().nodes);
}

TEST_CASE("where no index is kept nothing follows") {
    FleetSlots slots;
    slots.put({.name = NodeId("n"),
               .number = 1,
               .site = {},
               .domain = {},
               .excluded = {},
               .total = {},
               .disk_free = {}},
              {});
    slots.set_used(NodeId("n"), {});
    slots.drop(NodeId("n"));
    CHECK_FALSE(slots.is_kept());
    slots.keep();
    CHECK(slots.index()->in_order().empty());
}
