#include "master/app/clock_gauge.h"

#include <algorithm>
#include <cstdlib>

namespace foyer::master {
namespace {

constexpr std::int64_t slot_ms = 10 * 60'000;
constexpr std::size_t spans = 2;
// A clock that is set by years is no rate.
constexpr std::int64_t gained_max_ms = 1'000'000'000;

std::int64_t rate_of(std::int64_t gained_ms, Duration span) {
    return std::clamp(gained_ms, -gained_max_ms, gained_max_ms) * 1'000'000 / span.count();
}

}  // namespace

void ClockGauge::add(MonoTime now, WallTime theirs) {
    const Lead lead{now.boot_ms / slot_ms, now, theirs.unix_ms - now.boot_ms};
    if (kept_.empty() || kept_.back().slot != lead.slot)
        kept_.push_back(lead);
    else if (lead.ms > kept_.back().ms)
        kept_.back() = lead;
    if (kept_.size() > spans + 2) kept_.erase(kept_.begin());
}

std::optional<std::int64_t> ClockGauge::rate_ppm() const {
    if (kept_.size() < spans + 2) return std::nullopt;  // the last slot is not whole
    const auto rate = [&](std::size_t at) {
        const Duration span = std::max(kept_[at + 1].at - kept_[at].at, Duration(slot_ms / 2));
        return rate_of(kept_[at + 1].ms - kept_[at].ms, span);
    };
    const std::int64_t first = rate(0);
    const std::int64_t second = rate(1);
    if ((first < 0) != (second < 0)) return 0;
    return std::abs(first) < std::abs(second) ? first : second;
}

}  // namespace foyer::master
