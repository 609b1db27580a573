// Many seeds of one scenario, one after another, and what they say together.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/coverage.h"
#include "tests/sim/planted.h"
#include "tests/sim/timeline.h"

namespace foyer::sim {

struct RunRequest {
    std::string scenario = "small";
    std::string data;
    std::uint64_t first_seed = 1;
    int seeds = 1;
    std::optional<Moment> length;  // absent: the scenario's own
    Bug bug = Bug::None;
    bool stop_at_first = false;
};

struct Broken {
    std::uint64_t seed = 0;
    Moment at = 0;
    std::string what;
};

struct RunReport {
    int seeds = 0;
    std::size_t boxes = 0;
    Moment simulated = 0;
    std::int64_t wall_ms = 0;
    std::uint64_t events = 0;
    std::uint64_t commits = 0;
    std::uint64_t syncs = 0;
    std::uint64_t orders = 0;
    std::uint64_t orders_refused = 0;
    std::uint64_t writes = 0;  // acknowledged
    Coverage coverage;
    std::vector<Broken> broken;

    // Simulated days per second of wall clock, in hundredths.
    std::int64_t centidays_per_second() const {
        return wall_ms == 0 ? 0 : simulated * 100 / 86'400 / wall_ms;
    }
};

// The scenario is known and its data are there.
RunReport run_seeds(const RunRequest& request, std::ostream* progress);
// One seed, line by line. True: nothing was broken.
bool replay_seed(const RunRequest& request, std::ostream& out);
// Of one seed's whole trace.
std::uint64_t fingerprint_of(const RunRequest& request);

void print(const RunReport& report, const RunRequest& request, std::ostream& out);
// Flat: metric id -> number.
std::string metrics_json(const RunReport& report, const RunRequest& request);

}  // namespace foyer::sim
