#include "master/domain/budget.h"

#include <map>

namespace foyer::master {

int rebuilds_at(const State& state, const NodeId& node) {
    int count = 0;
    for (const ReplicaKey& key : state.learners()) {
        if (state.replicas().at(key).node == node) ++count;
        const Instance& instance = state.instances().at(key.instance);
        if (!instance.leader) continue;
        const auto lead = state.replicas().find({key.instance, *instance.leader});
        if (lead != state.replicas().end() && lead->second.node == node) ++count;
    }
    return count;
}

std::vector<NodeId> busy_nodes(const State& state) {
    std::map<NodeId, int> copies;
    for (const ReplicaKey& key : state.learners()) {
        ++copies[state.replicas().at(key).node];
        const Instance& instance = state.instances().at(key.instance);
        if (!instance.leader) continue;
        const auto lead = state.replicas().find({key.instance, *instance.leader});
        if (lead != state.replicas().end()) ++copies[lead->second.node];
    }
    std::vector<NodeId> busy;
    for (const auto& [node, count] : copies) {
        if (count >= state.settings().repair.rebuilds_per_node) busy.push_back(node);
    }
    return busy;
}

}  // namespace foyer::master
