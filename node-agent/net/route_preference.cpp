#include "node-agent/net/route_preference.h"

namespace foyer::agent {

void RoutePreference::set_edges(const std::map<NodeId, std::uint64_t>& rank) {
    std::erase_if(edges_, [&](const auto& edge) { return !rank.contains(edge.first); });
    for (const auto& [edge, number] : rank) edges_[edge].rank = number;
    if (current_ && !edges_.contains(*current_)) current_.reset();
}

void RoutePreference::heard(const NodeId& edge, MonoTime now) {
    const auto found = edges_.find(edge);
    if (found == edges_.end()) return;
    found->second.last_heard = now;
    found->second.told = false;
}

std::vector<NodeId> RoutePreference::fell_silent(MonoTime now, Duration silence) {
    std::vector<NodeId> found;
    for (auto& [edge, state] : edges_) {
        if (state.told || !state.last_heard || now - *state.last_heard < silence) continue;
        state.told = true;
        found.push_back(edge);
    }
    return found;
}

bool RoutePreference::is_alive(const NodeId& edge, MonoTime now) const {
    const auto found = edges_.find(edge);
    return found != edges_.end() && found->second.last_heard &&
           now - *found->second.last_heard < silence_max_;
}

std::optional<NodeId> RoutePreference::choose(MonoTime now) {
    if (current_ && is_alive(*current_, now)) return current_;
    const auto best_of = [&](bool live_only) {
        const std::pair<const NodeId, EdgeState>* best = nullptr;
        for (const auto& edge : edges_) {
            if (live_only && !is_alive(edge.first, now)) continue;
            if (best == nullptr || edge.second.rank < best->second.rank) best = &edge;
        }
        return best;
    };
    const auto* best = best_of(true);
    if (best == nullptr && !current_) best = best_of(false);  // before anybody answered
    if (best != nullptr) current_ = best->first;
    return current_;
}

}  // namespace foyer::agent
