// Whether somebody else in the house needs the line, told from how long edges take to answer the
// question that is asked each second anyway. Pure.
//
//   quiet ──slow in 4 of 5 looks, while the box moves bytes──► active
//     ▲                                                          │
//     └──────────no slow look for `calm` (30 s at first)─────────┘
//
// An answer is slow where it takes clearly longer than that edge's quickest one of the last hours,
// and a look is slow where every edge that answers does: one slow edge is its own trouble, all of
// them is our line. Where the box itself fills the line (caps above what it carries), it would be
// active and quiet by turns: whoever is active again within a minute stays so twice as long.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <optional>

#include "common/base/time.h"
#include "common/base/units.h"
#include "common/model/ids.h"

namespace foyer::agent {

using RoundTrip = std::chrono::microseconds;

struct HouseholdRules {
    RoundTrip rise_least{20'000};
    int rise_percent = 50;           // of the quickest, where that is more
    KbitPerSecond moved_least{200};  // below that, lower caps would give nobody anything
    Duration calm_first{30'000};
    Duration calm_longest{600'000};
    Duration again_within{60'000};
};

class HouseholdWatch {
public:
    explicit HouseholdWatch(HouseholdRules rules = {}) : rules_(rules) {}

    // Once a second. `moved`: by this box in the last second, the busier direction.
    void look(const std::map<NodeId, RoundTrip>& answers, KbitPerSecond moved, MonoTime now);
    bool is_active() const { return active_; }

private:
    static constexpr std::size_t hours = 6;
    static constexpr std::size_t looks = 5;
    struct Edge {
        std::array<std::optional<RoundTrip>, hours> quickest;  // by the hour, in turn
        MonoTime last;
    };
    bool is_slow(const std::map<NodeId, RoundTrip>& answers);
    void learn(const std::map<NodeId, RoundTrip>& answers, MonoTime now);
    void decide(MonoTime now);

    HouseholdRules rules_;
    std::map<NodeId, Edge> edges_;
    std::int64_t hour_ = -1;
    std::array<bool, looks> slow_{};
    std::array<std::int64_t, looks> moved_{};
    std::size_t next_ = 0;
    bool active_ = false;
    MonoTime last_slow_;
    std::optional<MonoTime> ended_;
    Duration calm_{0};
};

}  // namespace foyer::agent
