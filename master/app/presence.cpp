#include "master/app/presence.h"

#include <algorithm>

namespace foyer::master {

Presence::Presence(const Clock& clock, PresenceLimits limits)
    : clock_(clock), limits_(limits), started_(clock.mono()) {}

void Presence::heard(const NodeId& node, WallTime clock_of_node, std::int64_t disk_free_bytes) {
    const std::scoped_lock lock(mutex_);
    NodePresence& presence = nodes_[node];
    const WallTime now = clock_.wall();
    presence.heard_mono = clock_.mono();
    presence.heard_at = now;
    presence.clock_offset = clock_of_node - now;
    presence.clock.add(presence.heard_mono, clock_of_node);
    if (disk_free_bytes > 0) presence.disk_free_bytes = disk_free_bytes;
}

void Presence::called_from(const NodeId& node, const std::optional<AutonomousSystem>& system) {
    const std::scoped_lock lock(mutex_);
    NodePresence& presence = nodes_[node];
    const MonoTime now = clock_.mono();
    const bool unbroken = presence.line && system && presence.line->number == system->number &&
                          now - presence.line_called < limits_.silent_after;
    presence.line_called = now;
    if (unbroken) return;
    presence.line = system;
    presence.line_since = now;
}

std::optional<AutonomousSystem> Presence::line(const NodeId& node, Duration settled) const {
    const std::scoped_lock lock(mutex_);
    const auto found = nodes_.find(node);
    if (found == nodes_.end() || !found->second.line) return std::nullopt;
    if (clock_.mono() - found->second.line_since < settled) return std::nullopt;
    return found->second.line;
}

void Presence::acknowledge(const NodeId& node, std::uint64_t number, bool in_full) {
    const std::scoped_lock lock(mutex_);
    NodePresence& presence = nodes_[node];
    if (number > presence.acknowledged) presence.acknowledged = number;
    if (in_full) presence.reported_in_full = true;
}

bool Presence::take(const NodeId& node, std::uint64_t number) {
    const std::scoped_lock lock(mutex_);
    NodePresence& presence = nodes_[node];
    if (number != 0 && number <= presence.taken) return false;
    if (number != 0) presence.taken = number;
    return true;
}

void Presence::give_back(const NodeId& node) {
    const std::scoped_lock lock(mutex_);
    NodePresence& presence = nodes_[node];
    presence.taken = presence.acknowledged;
}

bool Presence::must_ask(const NodeId& node) {
    const std::scoped_lock lock(mutex_);
    NodePresence& presence = nodes_[node];
    const bool first = !presence.reported_in_full && !presence.asked_in_full;
    presence.asked_in_full = true;
    return first;
}

void Presence::forget(const NodeId& node) {
    const std::scoped_lock lock(mutex_);
    nodes_.erase(node);
}

std::optional<NodePresence> Presence::find(const NodeId& node) const {
    const std::scoped_lock lock(mutex_);
    const auto found = nodes_.find(node);
    if (found == nodes_.end()) return std::nullopt;
    return found->second;
}

std::vector<Sighting> Presence::sightings() const {
    const std::scoped_lock lock(mutex_);
    std::vector<Sighting> seen;
    for (const auto& [node, presence] : nodes_) {
        if (presence.heard_at)
            seen.push_back(
                {node, *presence.heard_at, presence.clock_offset, {}, presence.clock.rate_ppm()});
    }
    std::ranges::sort(seen, {}, &Sighting::node);
    return seen;
}

std::optional<Bytes> Presence::disk_free(const NodeId& node) const {
    const std::scoped_lock lock(mutex_);
    const auto found = nodes_.find(node);
    if (found == nodes_.end() || found->second.disk_free_bytes == 0) return std::nullopt;
    return Bytes(found->second.disk_free_bytes);
}

Silence Presence::judge(const std::vector<NodeId>& online) const {
    const std::scoped_lock lock(mutex_);
    const MonoTime now = clock_.mono();
    Silence verdict;
    for (const NodeId& node : online) {
        const Duration quiet = quiet_for(node, now);
        // Half the silence time: when the first box of an isolated master falls silent, the last
        // one was heard at most a hold ago.
        if (quiet * 2 >= limits_.silent_after) ++verdict.late;
        if (quiet >= limits_.silent_after) verdict.silent.push_back(node);
    }
    const bool most =
        verdict.late * 100 > online.size() * static_cast<std::size_t>(limits_.isolated_percent);
    if (most && verdict.late >= static_cast<std::size_t>(limits_.isolated_nodes_min)) {
        verdict.isolated = true;
        verdict.silent.clear();
    }
    return verdict;
}

std::size_t Presence::online_count() const {
    const std::scoped_lock lock(mutex_);
    const MonoTime now = clock_.mono();
    std::size_t count = 0;
    for (const auto& [node, presence] : nodes_) {
        if (presence.heard_at && now - presence.heard_mono < limits_.silent_after) ++count;
    }
    return count;
}

Duration Presence::quiet_for(const NodeId& node, MonoTime now) const {
    const auto found = nodes_.find(node);
    return now -
           (found == nodes_.end() || !found->second.heard_at ? started_ : found->second.heard_mono);
}

}  // namespace foyer::master
