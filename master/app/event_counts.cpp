#include "master/app/event_counts.h"

#include <array>

namespace foyer::master {
namespace {

// Shown from the start, so that a rule sees the first one as an increase.
constexpr std::array watched{
    "ordered",     "leader_chosen",      "leader_elected", "node_silent",    "node_lost",
    "copy_failed", "data_loss_accepted", "copies_short",   "node_drain_late"};

}  // namespace

EventCounts::EventCounts() {
    for (const char* kind : watched) by_kind_[kind] = 0;
}

void EventCounts::published(const State& state, const State& before) {
    const std::scoped_lock lock(mutex_);
    if (!counted_) counted_ = before.last_event();
    const auto& events = state.recent_events();
    for (auto at = events.upper_bound(*counted_); at != events.end(); ++at)
        ++by_kind_[at->second.kind];
    counted_ = state.last_event();
}

void EventCounts::write(MetricsText& text) const {
    const std::scoped_lock lock(mutex_);
    text.family("foyer_events_total", "counter", "Events committed since the start, by kind.");
    for (const auto& [kind, count] : by_kind_)
        text.sample("foyer_events_total", label("kind", kind), static_cast<double>(count));
}

}  // namespace foyer::master
