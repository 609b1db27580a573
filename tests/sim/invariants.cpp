#include "tests/sim/invariants.h"

#include <set>

namespace foyer::sim {

using master::Instance;
using master::Node;
using master::Replica;
using master::Site;
using master::State;

Invariants::Broken Invariants::after(const State& state, const std::vector<master::Entry>& batch) {
    std::set<InstanceName> instances;
    std::set<NodeId> nodes;
    for (const master::Entry& entry : batch) {
        for (const master::Change& change : entry.changes) {
            if (const auto* put = std::get_if<master::Put<Instance>>(&change)) {
                instances.insert(put->row.name);
            } else if (const auto* replica = std::get_if<master::Put<Replica>>(&change)) {
                instances.insert(replica->row.key.instance);
                nodes.insert(replica->row.node);
            } else if (const auto* put_node = std::get_if<master::Put<Node>>(&change)) {
                nodes.insert(put_node->row.name);
            }
        }
    }
    for (const InstanceName& name : instances) {
        const auto found = state.instances().find(name);
        if (found == state.instances().end()) {
            fences_.erase(name);
            continue;
        }
        if (auto broken = instance(state, found->second)) return broken;
    }
    for (const NodeId& name : nodes) {
        const auto found = state.nodes().find(name);
        if (found == state.nodes().end()) continue;
        if (auto broken = node(state, found->second)) return broken;
    }
    return std::nullopt;
}

Invariants::Broken Invariants::whole(const State& state) {
    for (const auto& [name, row] : state.instances())
        if (auto broken = instance(state, row)) return broken;
    for (const auto& [name, row] : state.nodes())
        if (auto broken = node(state, row)) return broken;
    for (const auto& [key, row] : state.replicas())
        if (!state.instances().contains(key.instance) || !state.nodes().contains(row.node))
            return "copy '" + partition_id(key).str() + "' belongs to no instance or no node";
    return std::nullopt;
}

Invariants::Broken Invariants::instance(const State& state, const Instance& row) {
    const std::string who = "instance '" + row.name.str() + "': ";
    auto& [born, fence] = fences_[row.name];
    if (born != row.created_at) {
        born = row.created_at;
        fence = {};
    }
    if (row.fence < fence) return who + "its fence went back";
    fence = row.fence;
    if (row.served && *row.served > row.fence) return who + "served in a future epoch";
    if (row.desired == DesiredState::Deleted) return std::nullopt;
    std::set<SiteId> sites;
    std::set<IspFamilyId> families;
    std::set<IspId> isps;
    std::set<CountryCode> countries;
    const auto replicas = state.replicas_of(row.name);
    for (const Replica* replica : replicas) {
        const auto on = state.nodes().find(replica->node);
        if (on == state.nodes().end()) return who + "a copy on a node that does not exist";
        const Site& site = state.sites().at(on->second.site);
        if (on->second.edge) return who + "a copy on an edge";
        if (!sites.insert(site.name).second) return who + "two copies on site " + site.name.str();
        const IspFamilyId family = state.isps().at(site.isp).family;
        const auto truth = truth_.find(replica->node);
        const bool same = !families.insert(family).second ||
                          (truth != truth_.end() && !isps.insert(truth->second.isp).second);
        if (same && !row.policy.allow_same_isp)
            return who + "two copies on ISP family " + family.str();
        countries.insert(site.country);
        if (!row.policy.countries.empty() && !row.policy.countries.contains(site.country))
            return who + "a copy in " + site.country.str() + ", which the order does not allow";
    }
    if (static_cast<int>(replicas.size()) < row.policy.replicas)
        return who + "has " + std::to_string(replicas.size()) + " copies, ordered were " +
               std::to_string(row.policy.replicas);
    if (static_cast<int>(countries.size()) < row.policy.min_countries)
        return who + "is in too few countries";
    if (row.leader && !state.replicas().contains({row.name, *row.leader}))
        return who + "is led by a copy that does not exist";
    return std::nullopt;
}

Invariants::Broken Invariants::node(const State& state, const Node& row) const {
    Resources reserved;
    for (const master::ReplicaKey& key : state.replicas_on(row.name))
        reserved += state.replicas().at(key).reserved;
    if (!(reserved == state.reserved_on(row.name)))
        return "node '" + row.name.str() + "': the index of what is reserved is wrong";
    const auto truth = truth_.find(row.name);
    if (!reserved.fits_into(row.capacity.total) ||
        (truth != truth_.end() && !reserved.fits_into(truth->second.capacity)))
        return "node '" + row.name.str() + "': more is reserved than it has";
    return std::nullopt;
}

}  // namespace foyer::sim
