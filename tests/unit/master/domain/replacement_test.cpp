#include "master/domain/replacement.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

Demand small(int replicas = 3) {
    return {{Millicores(1000), gibibytes(1), gibibytes(10)}, replicas, 1, {}, false};
}

std::vector<NodeId> boxes(const std::vector<std::string>& names) {
    std::vector<NodeId> boxes;
    for (const std::string& name : names) boxes.emplace_back(name);
    return boxes;
}

std::string rule(const Result<NodeId>& refused) {
    REQUIRE_FALSE(refused.ok());
    for (const ErrorDetail& detail : refused.failure().details) {
        if (detail.key == "rule") return detail.value;
    }
    return "";
}

}  // namespace

TEST_CASE("one further copy goes to an ISP and a site of its own, the avoided box left out") {
    const World world(
        {{"a", "alder"}, {"b", "birch"}, {"c", "cedar"}, {"d", "dune"}, {"e", "alder"}});
    const auto placed = place_one(world.state, small(), boxes({"a-1", "b-1"}), boxes({"c-1"}));
    REQUIRE(placed.ok());
    CHECK(placed.value() == NodeId("d-1"));
    const auto refused =
        place_one(world.state, small(4), boxes({"a-1", "b-1", "d-1"}), boxes({"c-1"}));
    CHECK(rule(refused) == "distinct_isps");
}

TEST_CASE("the last missing copy must bring the second country") {
    World world({{"a", "alder"}, {"b", "birch"}, {"c", "cedar"}});
    Demand demand = small();
    demand.min_countries = 2;
    CHECK(rule(place_one(world.state, demand, boxes({"a-1", "b-1"}), {})) == "min_countries");
    // With two missing, the other one may still bring it.
    CHECK(place_one(world.state, demand, boxes({"a-1"}), {}).ok());
    world.add_home({"z", "zinc", "BE"});
    const auto placed = place_one(world.state, demand, boxes({"a-1", "b-1"}), {});
    REQUIRE(placed.ok());
    CHECK(placed.value() == NodeId("z-1"));
}

// Found by `foyer-sim run --scenario small --first-seed 60347`.
TEST_CASE("a copy that leaves later takes its site and ISP, and counts for nothing else") {
    World world({{"a", "alder", "BE"}, {"b", "birch"}, {"c", "cedar"}, {"e", "alder", "BE"}});
    Demand demand = small(2);
    demand.min_countries = 2;
    CHECK(rule(place_one(world.state, demand, boxes({"b-1"}), {}, NodeId("a-1"))) ==
          "min_countries");
    world.add_home({"z", "zinc", "BE"});
    const auto placed = place_one(world.state, demand, boxes({"b-1"}), {}, NodeId("a-1"));
    REQUIRE(placed.ok());
    CHECK(placed.value() == NodeId("z-1"));
}

TEST_CASE("the last missing copy must be able to lead where only one other can") {
    World world({{"a", "alder"},
                 {"b", "birch", "FR", HostClass::Open},
                 {"c", "cedar", "FR", HostClass::Open}});
    CHECK(rule(place_one(world.state, small(), boxes({"a-1", "b-1"}), {})) == "may_lead");
    world.add_home({"d", "dune"});
    const auto placed = place_one(world.state, small(), boxes({"a-1", "b-1"}), {});
    REQUIRE(placed.ok());
    CHECK(placed.value() == NodeId("d-1"));
}

TEST_CASE("relaxed ISPs still want another site") {
    World world({{"a", "alder"}, {"b", "alder"}});
    world.add_home({"a", "alder"});
    Demand demand = small(3);
    demand.allow_same_isp = true;
    CHECK(rule(place_one(world.state, demand, boxes({"a-1", "b-1"}), {})) == "distinct_sites");
    world.add_home({"c", "alder"});
    CHECK(place_one(world.state, demand, boxes({"a-1", "b-1"}), {}).ok());
}

TEST_CASE("a full cluster is said to be full") {
    World world({{"a", "alder"}, {"b", "birch"}});
    world.add_home(
        {"c", "cedar", "FR", HostClass::Vetted, {Millicores(500), gibibytes(8), gibibytes(100)}});
    const auto refused = place_one(world.state, small(), boxes({"a-1", "b-1"}), {});
    CHECK(rule(refused) == "capacity");
    CHECK(refused.failure().code == ErrorCode::ResourceExhausted);
}
