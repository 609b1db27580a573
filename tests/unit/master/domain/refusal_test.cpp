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

TEST_CASE("a customer is told how many, but neither homes nor whose copies stand where") {
    const Resources one{Millicores(1000), gibibytes(1), gibibytes(10)};
    World world({{"a", "alder", "FR", HostClass::Vetted, one},
                 {"b", "birch", "FR", HostClass::Vetted, one},
                 {"c", "cedar", "FR", HostClass::Vetted, one}});
    world.run(world.order("acme7q"));
    world.add_home({"d", "dune"});
    world.add_home({"e", "elm"});
    const Demand apart = small();
    Demand together = small();
    together.allow_same_isp = true;
    for (const Demand& demand : {apart, together}) {
        const Error all = place(world.state, demand).failure();
        const Error why = place(world.state, demand, Reader::Customer).failure();
        CHECK(why.code == all.code);
        for (const char* key : {"rule", "needed", "found", "recruit"})
            CHECK(fact(why, key) == fact(all, key));
        CHECK(fact(all, "excluded_capacity") == "a-1,b-1,c-1");
        CHECK(fact(why, "excluded_capacity") == "3");
        CHECK(fact(why, "move_1").empty());
        std::string told = why.message;
        for (const ErrorDetail& detail : why.details) told += " " + detail.value;
        for (const char* name : {"acme7q", "a-1", "d-1", "move copies"})
            CHECK(told.find(name) == std::string::npos);
    }
    // ISPs are named, homes are not.
    CHECK(fact(place(world.state, apart, Reader::Customer).failure(), "usable") == "dune,elm");
    CHECK(fact(place(world.state, together).failure(), "usable") == "d,e");
    const Error why = place(world.state, together, Reader::Customer).failure();
    CHECK(fact(why, "usable") == "2");
    CHECK(fact(why, "recruit_outside") == "at other sites than these 2");
    // An order is told what a customer may know, unless an operator asks.
    OrderInstance order = world.order("new");
    CHECK(fact(world.attempt(order).failure(), "move_1").empty());
    order.reader = Reader::Operator;
    CHECK_FALSE(fact(world.attempt(order).failure(), "move_1").empty());
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
