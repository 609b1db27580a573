#include "master/domain/explain.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

Demand small(int replicas = 3) {
    return {{Millicores(1000), gibibytes(1), gibibytes(10)}, replicas, 1, {}, false};
}

}  // namespace

TEST_CASE("a placement is explained by scores, the next best, and what left each other box out") {
    World world({{"a", "alder"}, {"b", "birch"}, {"c", "cedar"}, {"d", "dune"}, {"a2", "alder"}});
    world.run(MarkSilent{{NodeId("d-1")}});
    const auto explained = explain(world.state, small(2));
    REQUIRE(explained.ok());
    const Explanation& why = explained.value();
    REQUIRE(why.chosen.size() == 2);
    CHECK(why.chosen[0].score == 250'000);  // 1 of 4 cores
    REQUIRE(why.runners_up.size() == 1);
    CHECK(why.not_chosen.at(NotChosen::NotOnline) == 1);
    std::int64_t others = 0;
    for (const auto& [rule, count] : why.not_chosen) others += count;
    CHECK(others == 3);
    CHECK(why.listed.size() == 3);
}
