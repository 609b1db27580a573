// How patient and how busy the repair of lost, drained and shrunken boxes is. From the
// configuration ([repair] of master.toml); common/docs/repair.md explains each.
#pragma once

#include <cstdint>

#include "common/base/time.h"

namespace foyer::master {

struct RepairSettings {
    // A box is Lost after it was Silent for so long, by its role: an edge, a home that leads an
    // instance, any other home.
    Duration lost_after_edge{10 * 60'000};
    Duration lost_after_leading{15 * 60'000};
    Duration lost_after{30 * 60'000};
    // Its host and the operators are told when a box was Silent for so long.
    Duration missing_after{5 * 60'000};
    // Another copy is asked to lead once the leader's box was Silent for so long. Never forced.
    Duration takeover_after{5 * 60'000};

    // The brake: nobody is evicted while, outside the ISP family that was hit worst, at least so
    // many boxes and more than this share of them fell silent within the window around.
    int brake_nodes_min = 2;
    int brake_percent = 20;
    Duration brake_window{15 * 60'000};

    // Copies being made at once: in total, and from or to one box.
    int rebuilds_max = 20;
    int rebuilds_per_node = 2;
    // A newcomer is there when the primary says it streams and lags no more than this.
    std::int64_t caught_up_bytes = std::int64_t{16} << 20;
    // A newcomer that is not there by then is given up, and another box tried.
    Duration learner_timeout{6 * 3'600'000};
    // The service of a copy failed, on a box that is there, for so long: it is made anew elsewhere.
    Duration failed_after{30 * 60'000};
    // Copies that rebalancing moves at once.
    int rebalance_at_once = 2;
    // No place was found, or a promotion could not begin: tried again after this.
    Duration retry_after{60'000};
    friend bool operator==(const RepairSettings&, const RepairSettings&) = default;
};

}  // namespace foyer::master
