#include "master/domain/budget.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace foyer::master {
namespace {

// Each copy being made counts at the box that makes it and at its leader's.
std::map<NodeId, int> rebuilds_by_node(const State& state) {
    std::map<NodeId, int> counts;
    for (const ReplicaKey& key : rebuilds(state)) {
        ++counts[state.replicas().at(key).node];
        const ReplicaIndex leader = *state.instances().at(key.instance).leader;
        const auto lead = state.replicas().find({key.instance, leader});
        if (lead != state.replicas().end()) ++counts[lead->second.node];
    }
    return counts;
}

}  // namespace

std::vector<ReplicaKey> rebuilds(const State& state) {
    std::vector<ReplicaKey> made;
    std::ranges::copy_if(state.learners(), std::back_inserter(made), [&](const ReplicaKey& key) {
        const Instance& instance = state.instances().at(key.instance);
        return instance.desired == DesiredState::Running && instance.leader.has_value();
    });
    return made;
}

int rebuilds_at(const State& state, const NodeId& node) {
    const auto counts = rebuilds_by_node(state);
    const auto found = counts.find(node);
    return found == counts.end() ? 0 : found->second;
}

std::vector<NodeId> busy_nodes(const State& state) {
    std::vector<NodeId> busy;
    for (const auto& [node, count] : rebuilds_by_node(state)) {
        if (count >= state.settings().repair.rebuilds_per_node) busy.push_back(node);
    }
    return busy;
}

}  // namespace foyer::master
