#include "node-agent/domain/edges_heard.h"

#include <algorithm>

namespace foyer::agent {

bool is_asked_by_edges(const EdgesHeard& heard, const EdgesHeardRules& rules, MonoTime now) {
    return heard.me > MonoTime{} && now - heard.me < rules.asked_for;
}

leadership::EdgesReach edges_reach(const EdgesHeard& heard,
                                   const std::vector<ReplicaIndex>& in_sync, ReplicaIndex self,
                                   const EdgesHeardRules& rules, MonoTime now) {
    const bool me = now - std::max(heard.me, heard.since) < rules.missed_after;
    const bool another = std::ranges::any_of(heard.others, [&](const auto& told) {
        return told.first != self && now - told.second < rules.told_for &&
               std::ranges::find(in_sync, told.first) != in_sync.end();
    });
    return {.me = me, .another = another};
}

}  // namespace foyer::agent
