#include "master/domain/chain.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

Demand small(int replicas = 3) {
    return {{Millicores(1000), gibibytes(1), gibibytes(10)}, replicas, 1, {}, false};
}

std::string fact(const Error& why, const std::string& key) {
    for (const ErrorDetail& detail : why.details) {
        if (detail.key == key) return detail.value;
    }
    return "";
}

}  // namespace

TEST_CASE("an order that does not fit is offered the move of a standby that makes it fit") {
    // Full: alder and birch; cedar and dune have room, but two copies need two more ISPs.
    const Resources one{Millicores(1000), gibibytes(1), gibibytes(10)};
    World world({{"a", "alder", "FR", HostClass::Vetted, one},
                 {"b", "birch", "FR", HostClass::Vetted, one},
                 {"c", "cedar", "FR", HostClass::Vetted, one}});
    OrderInstance order = world.order("old");
    world.run(order);
    CHECK(fact(place(world.state, small()).failure(), "move_1").empty());
    world.add_home({"d", "dune"});
    world.add_home({"e", "elm"});
    const auto refused = place(world.state, small());
    REQUIRE_FALSE(refused.ok());
    CHECK(fact(refused.failure(), "rule") == "distinct_isps");
    CHECK(fact(refused.failure(), "recruit") == "1");
    const std::string move = fact(refused.failure(), "move_1");
    INFO(move);
    CHECK(move.starts_with("old/"));
    CHECK_FALSE(move.starts_with("old/0"));  // it leads
}
