#include "master/domain/placement.h"

#include <algorithm>
#include <set>

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::HomeSpec;
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

std::set<std::string> names(const Placement& placement) {
    std::set<std::string> names;
    for (const NodeId& node : placement.nodes) names.insert(node.str());
    return names;
}

}  // namespace

TEST_CASE("three copies go to three ISPs") {
    const World world(World::five_homes());
    const auto placed = place(world.state, small());
    REQUIRE(placed.ok());
    CHECK(names(placed.value()).size() == 3);
}

TEST_CASE("two homes of one ISP family count as one") {
    World world({{"a", "alder"}, {"b", "birch"}});
    world.run(CreateIsp{IspId("alder-mobile"), IspFamilyId("alder")});
    world.add_home({"c", "alder-mobile"});
    const auto placed = place(world.state, small());
    REQUIRE_FALSE(placed.ok());
    CHECK(fact(placed.failure(), "rule") == "distinct_isps");
    CHECK(fact(placed.failure(), "needed") == "3");
    CHECK(fact(placed.failure(), "found") == "2");
}

TEST_CASE("relaxed ISPs still want distinct sites") {
    World world({{"a", "alder"}, {"b", "alder"}});
    world.add_home({"a", "alder"});  // a second box at site a
    Demand demand = small();
    demand.allow_same_isp = true;
    CHECK(fact(place(world.state, demand).failure(), "rule") == "distinct_sites");
    world.add_home({"c", "alder"});
    CHECK(place(world.state, demand).ok());
}

TEST_CASE("residency keeps copies inside the listed countries") {
    World world(
        {{"a", "alder", "FR"}, {"b", "birch", "BE"}, {"c", "cedar", "DE"}, {"d", "dune", "FR"}});
    Demand demand = small();
    demand.countries = {CountryCode("FR"), CountryCode("BE")};
    const auto placed = place(world.state, demand);
    REQUIRE(placed.ok());
    CHECK(names(placed.value()) == std::set<std::string>{"a-1", "b-1", "d-1"});
    demand.countries = {CountryCode("BE")};
    const auto refused = place(world.state, demand);
    CHECK(fact(refused.failure(), "excluded_country") == "a-1,c-1,d-1");
}

TEST_CASE("a second country is found even where the least used boxes are all in one") {
    World world({{"a", "alder"}, {"b", "birch"}, {"c", "cedar"}});
    world.add_home(
        {"z", "zinc", "BE", HostClass::Vetted, {Millicores(1000), gibibytes(1), gibibytes(10)}});
    Demand demand = small();
    demand.min_countries = 2;
    const auto placed = place(world.state, demand);
    REQUIRE(placed.ok());
    CHECK(names(placed.value()).contains("z-1"));
}

TEST_CASE("at least two copies are on boxes that may lead, and the first is one of them") {
    World world({{"a", "alder", "FR", HostClass::Open},
                 {"b", "birch", "FR", HostClass::Open},
                 {"c", "cedar", "FR", HostClass::Open},
                 {"d", "dune", "FR", HostClass::Vetted}});
    CHECK(fact(place(world.state, small()).failure(), "rule") == "may_lead");
    world.add_home({"e", "elm", "FR", HostClass::House});
    const auto placed = place(world.state, small());
    REQUIRE(placed.ok());
    CHECK(names(placed.value()).contains("d-1"));
    CHECK(names(placed.value()).contains("e-1"));
    CHECK((placed.value().nodes[0] == NodeId("d-1") || placed.value().nodes[0] == NodeId("e-1")));
}

TEST_CASE("full, silent and edge boxes are left out, each with its reason") {
    World world(
        {{"a", "alder"},
         {"b", "birch"},
         {"c", "cedar", "FR", HostClass::Vetted, {Millicores(500), gibibytes(8), gibibytes(100)}}});
    world.add_home({"e",
                    "elm",
                    "FR",
                    HostClass::House,
                    {Millicores(4000), gibibytes(8), gibibytes(100)},
                    true});
    world.run(MarkSilent{{NodeId("b-1")}});
    const auto refused = place(world.state, small());
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.failure().code == ErrorCode::ResourceExhausted);
    CHECK(fact(refused.failure(), "excluded_capacity") == "c-1");
    CHECK(fact(refused.failure(), "excluded_not_online") == "b-1");
    CHECK(fact(refused.failure(), "excluded_edge") == "e-1");
}

TEST_CASE("the least used box of an ISP is taken first") {
    World world({{"a", "alder"}, {"b", "birch"}, {"c", "cedar"}});
    world.serve("first");
    world.add_home({"fresh", "alder"});
    const auto placed = place(world.state, small());
    REQUIRE(placed.ok());
    CHECK(names(placed.value()).contains("fresh-1"));
}

TEST_CASE("balance never spends slots that a later order needs") {
    // alder and birch are big but well used, the small ISPs are empty: taking the least used three
    // each time would strand the big ones.
    World world({{"a",
                  "alder",
                  "FR",
                  HostClass::Vetted,
                  {Millicores(10'000), gibibytes(100), gibibytes(1000)}},
                 {"b",
                  "birch",
                  "FR",
                  HostClass::Vetted,
                  {Millicores(10'000), gibibytes(100), gibibytes(1000)}}});
    for (int i = 0; i < 10; ++i) {
        world.add_home({"s" + std::to_string(i),
                        "tiny" + std::to_string(i),
                        "FR",
                        HostClass::Vetted,
                        {Millicores(1000), gibibytes(10), gibibytes(100)}});
    }
    int placed = 0;
    while (place(world.state, small()).ok() && placed < 100)
        world.run(world.order("x" + std::to_string(placed++)));
    CHECK(placed == 10);  // K* of {10, 10, 1 x 10}
}
