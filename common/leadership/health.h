// When a leader gives up for its own health, and for how long it does not stand again: section 8.
#pragma once

#include <deque>
#include <optional>

#include "common/leadership/timing.h"

namespace foyer::leadership {

struct Promoting {
    MonoTime since;
    int failed = 0;  // tries that did, or that lied
};

struct Health {
    std::optional<MonoTime> failed_since;  // local health says no; none: it is well
    bool unreachable = false;            // no edge reaches me while one reaches another member of S
    std::optional<Promoting> promoting;  // nothing where the first copy is made first
    std::optional<MonoTime> clock_wrong_at;  // last time my clock's rate was off
    std::optional<MonoTime> opened_at;       // to clients, for the first time in this lead
    std::deque<MonoTime> resigned;           // for health, the last hour only
    bool told = false;                       // that it stays though ill
};

enum class HealthVerdict { Well, Resign, Stays };  // Stays: ill, but it resigned too often

// How long local ill health must last before a leader gives up for it. One that has just opened
// meets every request that waited meanwhile, with all caches cold: to leave for that gives the same
// burst to a copy that is colder still, and so on. So it is spared for about what a takeover costs.
Duration health_patience(const Health& health, const Timing& timing, MonoTime now);
HealthVerdict judge_health(const Health& health, const Timing& timing, MonoTime now);
Health after_health_resignation(Health health, const Timing& timing, MonoTime now);

// `alone`: it hears nobody else of S, so that its illness is better than nothing.
bool is_eligible(const Health& health, bool alone, const Timing& timing, MonoTime now);

}  // namespace foyer::leadership
