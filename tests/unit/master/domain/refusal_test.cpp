#include "master/domain/refusal.h"

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

TEST_CASE("too few ISPs: the set that has room, how many there are at all, and whom to recruit") {
    const World world({{"a", "alder"}, {"b", "birch"}});
    const auto refused = place(world.state, small(4));
    REQUIRE_FALSE(refused.ok());
    const Error& why = refused.failure();
    CHECK(fact(why, "rule") == "distinct_isps");
    CHECK(fact(why, "usable") == "alder,birch");
    CHECK(fact(why, "existing") == "2");
    CHECK(fact(why, "recruit") == "2");
    CHECK(fact(why, "recruit_outside") == "outside ISPs {alder,birch}");
}

TEST_CASE("too few countries: a cover of all boxes by countries and ISPs") {
    const World world({{"a", "alder"}, {"b", "birch"}, {"c", "cedar"}, {"z", "cedar", "BE"}});
    Demand demand = small();
    demand.min_countries = 3;
    const auto refused = place(world.state, demand);
    REQUIRE_FALSE(refused.ok());
    CHECK(fact(refused.failure(), "rule") == "min_countries");
    CHECK(fact(refused.failure(), "found") == "2");
}

TEST_CASE("where only the combination fails, charges bound the boxes that may lead") {
    // Two may lead, but both in one country, and two copies want two countries.
    const World world({{"a", "alder"},
                       {"b", "birch"},
                       {"z", "zinc", "BE", HostClass::Open},
                       {"y", "yew", "BE", HostClass::Open}});
    Demand demand = small(2);
    demand.min_countries = 2;
    const auto refused = place(world.state, demand);
    REQUIRE_FALSE(refused.ok());
    CHECK(fact(refused.failure(), "rule") == "combination");
    CHECK(fact(refused.failure(), "bound") == "1");
    CHECK_FALSE(fact(refused.failure(), "charges").empty());
}

TEST_CASE("excluded boxes are counted exactly and named in part") {
    World world({{"s", "alder", "DE"}});
    for (int i = 0; i < 30; ++i) world.add_home({"s" + std::to_string(i), "alder", "DE"});
    Demand demand = small();
    demand.countries = {CountryCode("BE")};
    const auto refused = place(world.state, demand);
    REQUIRE_FALSE(refused.ok());
    CHECK(fact(refused.failure(), "excluded_country").ends_with(" and 11 more"));
}
