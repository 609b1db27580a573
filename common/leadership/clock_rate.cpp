#include "common/leadership/clock_rate.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace foyer::leadership {

void PeerClock::add(const Exchange& exchange, const Timing& timing) {
    if (!kept_.empty() && exchange.mine < kept_.back().mine) return;
    // A peer that booted again has another clock.
    if (!kept_.empty() && exchange.theirs < kept_.back().theirs) kept_.clear();
    const auto slot = [&](const Exchange& one) {
        return one.mine.boot_ms / timing.rate_sample.count();
    };
    if (!kept_.empty() && slot(kept_.back()) == slot(exchange)) {
        if (exchange.round_trip < kept_.back().round_trip) kept_.back() = exchange;
    } else {
        kept_.push_back(exchange);
    }
    while (exchange.mine - kept_.front().mine > timing.rate_window) kept_.pop_front();
}

void PeerClock::forget(MonoTime now, const Timing& timing) {
    while (!kept_.empty() && now - kept_.front().mine > timing.rate_window) kept_.pop_front();
}

std::optional<double> PeerClock::rate_ppm(const Timing& timing) const {
    if (kept_.size() < 2) return std::nullopt;
    const Exchange& first = kept_.front();
    const Exchange& last = kept_.back();
    const Duration mine = last.mine - first.mine;
    if (mine * 2 < timing.rate_window) return std::nullopt;
    const auto gained = static_cast<double>(((last.theirs - first.theirs) - mine).count());
    // Each end is known to half of its round trip: what that may explain is no error of a clock.
    const auto unsure = static_cast<double>((first.round_trip + last.round_trip).count()) / 2;
    const double sure = std::copysign(std::max(0.0, std::abs(gained) - unsure), gained);
    return sure * 1e6 / static_cast<double>(mine.count());
}

bool is_clock_wrong(const std::map<ReplicaIndex, PeerClock>& peers, const Timing& timing) {
    std::vector<double> rates;
    for (const auto& [index, clock] : peers)
        if (const auto rate = clock.rate_ppm(timing)) rates.push_back(*rate);
    if (rates.size() < 2) return false;
    std::ranges::sort(rates);
    // Of an even number both in the middle: where one of two others agrees with me, the third is
    // wrong, and its error must not make half an error of mine.
    const double low = rates[(rates.size() - 1) / 2];
    const double high = rates[rates.size() / 2];
    return low > timing.rate_ppm_max || high < -timing.rate_ppm_max;
}

}  // namespace foyer::leadership
