// One run: rounds of faults, each followed by a calm in which the group must come back (L18).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/group/planted.h"

namespace foyer::sim::group {

struct Run {
    std::uint64_t seed = 0;
    Planted planted = Planted::None;
    bool trace = false;
    bool harsh = false;  // as Shape
    bool wild_clocks = false;
    bool bad_copies = false;
    bool mute_copies = false;
    bool partitions = false;
    bool new_promises = false;
    bool wrong_clock = false;  // it ends with one clock off its rate; else few runs do
};

struct Report {
    std::optional<std::string> broken;
    std::string shape;
    std::map<std::string, int> coverage;
    std::uint64_t acknowledged = 0;
    std::vector<std::int64_t> writing_after_ms;  // of each calm: a record committed
    std::vector<std::int64_t> open_after_ms;
    std::vector<std::int64_t> failover_ms;  // the leader's power lost: until the next wrote
};

Report run(const Run& wanted);

}  // namespace foyer::sim::group
