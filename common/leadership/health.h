// When a leader gives up for its own health, and for how long it does not stand again: section 8.
#pragma once

#include <deque>
#include <optional>

#include "common/leadership/timing.h"

namespace foyer::leadership {

struct Health {
    std::optional<MonoTime> failed_since;  // local health says no; none: it is well
    bool unreachable = false;  // no edge reaches me while one reaches another member of S
    std::optional<MonoTime> promoting_since;
    std::optional<MonoTime> clock_wrong_at;  // last time my clock's rate was off
    std::deque<MonoTime> resigned;           // for health, the last hour only
    bool told = false;                       // that it stays though ill
};

enum class HealthVerdict { Well, Resign, Stays };  // Stays: ill, but it resigned too often

HealthVerdict judge_health(const Health& health, const Timing& timing, MonoTime now);
Health after_health_resignation(Health health, const Timing& timing, MonoTime now);

// `alone`: it hears nobody else of S, so that its illness is better than nothing.
bool is_eligible(const Health& health, bool alone, const Timing& timing, MonoTime now);

}  // namespace foyer::leadership
