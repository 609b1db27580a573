#include "common/leadership/health.h"

namespace foyer::leadership {

Duration health_patience(const Health& health, const Timing& timing, MonoTime now) {
    const bool settled = health.opened_at && now - *health.opened_at >= timing.health_settle;
    return settled ? timing.health_failed : timing.health_young;
}

HealthVerdict judge_health(const Health& health, const Timing& timing, MonoTime now) {
    const bool failed =
        health.failed_since && now - *health.failed_since >= health_patience(health, timing, now);
    const auto& promoting = health.promoting;
    const bool slow = promoting && now - promoting->since >= timing.promotion_max;
    const bool unable = promoting && promoting->failed >= timing.promotions_failed_max;
    if (!failed && !slow && !unable && !health.unreachable) return HealthVerdict::Well;
    int recent = 0;
    for (const MonoTime at : health.resigned) recent += now - at < timing.health_window ? 1 : 0;
    return recent < timing.health_resignations ? HealthVerdict::Resign : HealthVerdict::Stays;
}

Health after_health_resignation(Health health, const Timing& timing, MonoTime now) {
    while (!health.resigned.empty() && now - health.resigned.front() >= timing.health_window)
        health.resigned.pop_front();
    health.resigned.push_back(now);
    health.promoting.reset();
    health.opened_at.reset();
    health.unreachable = false;
    return health;
}

bool is_eligible(const Health& health, bool alone, const Timing& timing, MonoTime now) {
    if (health.clock_wrong_at && now - *health.clock_wrong_at < timing.rate_window) return false;
    if (health.resigned.empty() || alone) return true;
    return now - health.resigned.back() >= timing.health_pause;
}

}  // namespace foyer::leadership
