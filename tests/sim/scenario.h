// The worlds a simulation begins with, and how hard it is on them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "tests/sim/box.h"
#include "tests/sim/network.h"

namespace foyer::sim {

// A recorded outage: these boxes are cut off together.
struct RecordedCut {
    Moment from = 0;
    Moment length = 0;
    std::vector<int> boxes;
};

struct Scenario {
    std::string name;
    std::vector<BoxSpec> boxes;     // edges included
    int customers = 10;             // each orders one instance at a time
    Moment orders_within = hour;    // their first orders come in this time
    Moment think = day;             // between what one customer does (uniform up to twice that)
    Moment write_every = hour;      // of one instance, likewise
    Moment switch_every = 7 * day;  // an operator moves a leader by hand, somewhere
    Moment fault_every = hour;      // over the whole cluster, likewise
    Moment fault_length = hour;     // longest; most are shorter
    Weather weather;
    int commit_faults = 0;       // per mille of commits
    Moment round = 7 * day;      // faults for so long, then calm; at its end all must be well
    Moment bound = 20 * minute;  // within which everything converges when faults stop
    Moment length = 30 * day;
    master::ClusterSettings settings;
    Moment repair_every = second;  // a tick, while something is being repaired
    Moment repair_idle = second;   // when the last one found nothing to do
    Moment care_every = 7 * day;   // the operator cordons, drains, takes back (likewise)
    Moment away_for = 2 * hour;    // of a box that is given up meanwhile, at most
    Moment certificate_life = 90 * day;
    bool check_all = false;  // the whole state after every commit, and the whole log replayed
    std::vector<RecordedCut> recorded;
};

// "founders", "small", "growth10k", "growth60k"; "real" needs the data folder.
Result<Scenario> scenario(const std::string& name, std::uint64_t seed, const std::string& data);
std::vector<std::string> scenario_names();

// scenario_real.cpp
Result<Scenario> real_scenario(std::uint64_t seed, const std::string& data);
Resources box_resources(Dice& dice);

}  // namespace foyer::sim
