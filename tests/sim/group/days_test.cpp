// The master is off for days: nobody proposes, announces or judges. Homes lose their power and
// their lines meanwhile, one at a time, and each time the rest elects, serves, and takes back who
// returns.
//
//   HOURS=72 build/release/tests/test_sim_group "days*"
#include "common/base/text.h"
#include "tests/sim/group/faults.h"
#include "tests/sim/group/world.h"
#include "tests/support/catch.h"
#include "tests/support/test_seed.h"

using namespace foyer;
using namespace foyer::sim::group;

namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t hour_ms = 60 * minute_ms;
constexpr std::int64_t settled_ms = 90'000;
constexpr std::int64_t comes_back_ms = 5 * minute_ms;

std::int64_t hours() {
    const char* given = std::getenv("HOURS");
    return given == nullptr ? 2 : parse_int(given).value_or(2);
}

bool is_open(World& world) {
    const Box* leader = world.leader();
    return leader != nullptr && leader->state.leading.stage == lead::Stage::Open &&
           leader->database.clients_open;
}

bool opens_within(World& world, std::int64_t length) {
    const std::int64_t end = world.now() + length;
    while (world.now() < end && !world.broken() && !is_open(world))
        world.run_until(world.now() + 500);
    return is_open(world);
}

// A home, its leader's more often than not, is without power or line for some minutes.
void strike(World& world) {
    Box* leader = world.leader();
    auto& boxes = world.boxes();
    const auto any =
        static_cast<std::size_t>(world.below(static_cast<std::int64_t>(boxes.size()) - 1));
    Box& box = leader != nullptr && world.percent(60) ? *leader : boxes[any];
    if (world.percent(50))
        world.crash(box);
    else
        isolate(world, box.index);
    ++world.coverage()["struck"];
}

}  // namespace

TEST_CASE("days without a master: whoever is left serves, whoever returns follows") {
    Shape shape;
    shape.spares = 0;
    World world(test::test_seed(), shape, Planted::None);
    REQUIRE(opens_within(world, settled_ms));
    const std::int64_t end = world.now() + hours() * hour_ms;
    while (world.now() < end) {
        world.run_until(world.now() + 10 * minute_ms + world.below(50 * minute_ms));
        REQUIRE_FALSE(world.broken());
        REQUIRE(is_open(world));
        strike(world);
        CHECK(opens_within(world, minute_ms));  // without it
        world.run_until(world.now() + world.below(10 * minute_ms));
        calm(world);
        REQUIRE(opens_within(world, comes_back_ms));
    }
    CHECK_FALSE(world.broken());
    CHECK(world.coverage()["struck"] >= hours());
    CHECK(world.leader()->state.leading.committed->in_sync.size() >= 2);
    CHECK(world.coverage()["change begun"] == 0);  // who is a member, the master decides
}
