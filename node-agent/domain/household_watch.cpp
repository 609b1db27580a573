#include "node-agent/domain/household_watch.h"

#include <algorithm>

namespace foyer::agent {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr RoundTrip longest{10'000'000};  // more, or less than nothing: a clock jumped
constexpr std::int64_t slow_needed = 4;

bool is_sane(RoundTrip took) { return took > RoundTrip(0) && took <= longest; }

}  // namespace

bool HouseholdWatch::is_slow(const std::map<NodeId, RoundTrip>& answers) {
    bool any = false;
    for (const auto& [edge, took] : answers) {
        const auto known = edges_.find(edge);
        if (known == edges_.end() || !is_sane(took)) continue;
        RoundTrip quickest = longest;
        for (const auto& one : known->second.quickest)
            quickest = std::min(quickest, one.value_or(longest));
        const RoundTrip rise = std::max(rules_.rise_least, quickest * rules_.rise_percent / 100);
        if (took <= quickest + rise) return false;
        any = true;
    }
    return any;
}

void HouseholdWatch::learn(const std::map<NodeId, RoundTrip>& answers, MonoTime now) {
    const std::int64_t hour = now.boot_ms / hour_ms;
    const auto slot = static_cast<std::size_t>(hour) % hours;
    if (hour != hour_) {
        for (auto& [edge, known] : edges_) known.quickest[slot].reset();
        hour_ = hour;
    }
    for (const auto& [edge, took] : answers) {
        if (!is_sane(took)) continue;
        Edge& known = edges_[edge];
        known.last = now;
        known.quickest[slot] = std::min(known.quickest[slot].value_or(took), took);
    }
    std::erase_if(edges_, [&](const auto& item) {
        return now - item.second.last > Duration(hour_ms * static_cast<std::int64_t>(hours));
    });
}

void HouseholdWatch::look(const std::map<NodeId, RoundTrip>& answers, KbitPerSecond moved,
                          MonoTime now) {
    const bool slow = is_slow(answers);
    learn(answers, now);
    slow_[next_] = slow;
    moved_[next_] = moved.count();
    next_ = (next_ + 1) % looks;
    if (slow) last_slow_ = now;
    decide(now);
}

void HouseholdWatch::decide(MonoTime now) {
    if (active_) {
        if (now - last_slow_ < calm_) return;
        active_ = false;
        ended_ = now;
        slow_ = {};
        return;
    }
    std::int64_t moved = 0;  // in slow looks alone
    std::int64_t slow = 0;
    for (std::size_t i = 0; i < looks; ++i) {
        if (!slow_[i]) continue;
        moved += moved_[i];
        slow += 1;
    }
    if (slow < slow_needed || moved < rules_.moved_least.count() * slow) return;
    const bool again = ended_ && now - *ended_ < rules_.again_within;
    calm_ = again ? std::min(calm_ * 2, rules_.calm_longest) : rules_.calm_first;
    active_ = true;
}

}  // namespace foyer::agent
