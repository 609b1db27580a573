#include "master/app/housekeeping.h"

#include <fstream>
#include <thread>

#include "common/log/sink.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::master;

namespace {

struct House {
    test::TempFolder folder;
    test::FakeClock clock;
    SeededRng rng{1};
    CapturingSink sink;
    Log log{sink, clock};
    Presence presence{clock, {}};
    Planner planner{
        ClusterSettings{},
        std::make_unique<test::MemoryStore>(std::make_shared<test::MemoryStore::Shared>()),
        clock,
        rng,
        {},
        [](std::string_view, std::string_view) {}};

    House() {
        planner.start();
        while (planner.phase() != PlannerPhase::Leading) std::this_thread::yield();
    }
    // What the first operator finds in his file after a start of the master.
    std::string token_after_start() {
        Housekeeping housekeeping(planner, presence, clock, rng, log,
                                  {.operator_token_file = folder.path() + "/operator.token"});
        housekeeping.tick();
        std::string token;
        std::ifstream(folder.path() + "/operator.token") >> token;
        return token;
    }
};

}  // namespace

TEST_CASE("the first operator's token is made once, and anew only when the old one has expired") {
    House house;
    const std::string first = house.token_after_start();
    CHECK(first.starts_with("foyer_"));
    CHECK(house.token_after_start() == first);
    house.clock.advance(std::chrono::hours(365 * 24));
    CHECK(house.token_after_start() == first);
    house.clock.advance(std::chrono::hours(2 * 24));
    CHECK(house.token_after_start() != first);
}
