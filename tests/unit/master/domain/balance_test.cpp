#include "master/domain/balance.h"

#include "tests/support/catch.h"
#include "tests/support/obedient_boxes.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::ObedientBoxes;
using foyer::test::World;

namespace {

struct Town {
    explicit Town(const std::vector<test::HomeSpec>& homes = World::three_homes()) : world(homes) {}
    void order(int count) {
        for (int i = 0; i < count; ++i) world.run(world.order("firm" + std::to_string(i)));
        boxes.rounds(3);
    }
    void join(const std::string& name, const std::string& isp) {
        world.add_home({name, isp});
        boxes.rounds(2);
    }
    World world;
    ObedientBoxes boxes{world, 1};
};

}  // namespace

TEST_CASE("an even cloud has no move, and an empty one neither") {
    Town town;
    CHECK_FALSE(next_move(town.world.state, {}, {}));
    town.order(2);
    CHECK_FALSE(next_move(town.world.state, {}, {}));
    CHECK(plan_balance(town.world.state, 10).moves.empty());
}

TEST_CASE(
    "a new ISP draws standbys, never a leader, never what is left alone, never to a busy box") {
    Town town;
    town.order(3);
    town.join("new", "fresh");
    const auto move = next_move(town.world.state, {}, {});
    REQUIRE(move);
    CHECK(move->gain == Gain::Family);
    CHECK(move->to == NodeId("new-1"));
    const Instance& row = town.world.state.instances().at(move->replica.instance);
    CHECK(row.leader != move->replica.index);
    const auto other = next_move(town.world.state, {move->replica}, {});
    REQUIRE(other);
    CHECK(other->replica != move->replica);
    CHECK_FALSE(next_move(town.world.state, {}, {NodeId("new-1")}));
}

TEST_CASE("a second box of an ISP relieves the first") {
    Town town;
    town.order(3);
    for (int i = 0; i < 3; ++i) {
        const auto& isps = town.world.state.isps();
        auto at = isps.begin();
        for (int skip = 0; skip < i; ++skip) ++at;
        town.join("second" + std::to_string(i), at->first.str());
    }
    const BalancePlan plan = plan_balance(town.world.state, 50);
    REQUIRE_FALSE(plan.moves.empty());
    for (const BalanceMove& move : plan.moves) CHECK(move.gain == Gain::Box);
    CHECK(plan.after.node_most <= plan.before.node_most);
}

TEST_CASE("an instance that is not whole is let be") {
    Town town;
    town.order(3);
    for (const auto& [name, row] : town.world.state.instances())
        town.boxes.failing.insert(town.world.replica(name.str(), 2).node);
    town.join("new", "fresh");
    CHECK_FALSE(next_move(town.world.state, {}, {}));
}
