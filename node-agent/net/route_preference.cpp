#include "node-agent/net/route_preference.h"

#include <algorithm>

namespace foyer::agent {
namespace {

constexpr Duration told_again_least{1'000};
constexpr Duration told_again_most{15'000};

}  // namespace

void RoutePreference::set_edges(const std::map<NodeId, std::uint64_t>& rank) {
    std::erase_if(edges_, [&](const auto& edge) { return !rank.contains(edge.first); });
    for (const auto& [edge, number] : rank) edges_[edge].rank = number;
    if (current_ && !edges_.contains(*current_)) current_.reset();
}

void RoutePreference::heard(const NodeId& edge, MonoTime now) {
    const auto found = edges_.find(edge);
    if (found == edges_.end()) return;
    found->second.last_heard = now;
    found->second.next_told = {};
}

std::vector<NodeId> RoutePreference::forgetful(MonoTime now, Duration silence) {
    std::vector<NodeId> found;
    const bool line_works =
        std::ranges::any_of(edges_, [&](const auto& edge) { return is_alive(edge.first, now); });
    if (!line_works && edges_.size() > 1) return found;
    for (auto& [edge, state] : edges_) {
        if (!state.last_heard || now - *state.last_heard < silence || now < state.next_told)
            continue;
        const Duration silent = now - *state.last_heard;
        state.next_told = now + std::clamp(silent / 4, told_again_least, told_again_most);
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
