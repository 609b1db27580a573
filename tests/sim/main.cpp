// foyer-sim: see tests/sim/README.md.
#include <iostream>

#include "tests/sim/world.h"

int main(int argc, char** argv) {
    using namespace foyer;
    const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    const auto scenario = sim::scenario(argc > 1 ? argv[1] : "small", seed, "");
    if (!scenario.ok()) {
        std::cerr << scenario.failure().message << '\n';
        return 2;
    }
    sim::World world(scenario.value(), seed, sim::Bug::None);
    if (argc > 3) world.room().trace.show_on(&std::cout);
    world.run();
    std::cout << world.room().verdict.violation << " at " << world.room().verdict.at << " events "
              << world.room().timeline.events_run() << " fingerprint "
              << world.room().trace.fingerprint() << "\n";
    return world.room().verdict.broken() ? 1 : 0;
}
