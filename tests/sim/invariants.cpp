#include "tests/sim/invariants.h"

#include <set>

#include "tests/support/invariants.h"

namespace foyer::sim {

using master::Instance;
using master::Node;
using master::Replica;
using master::State;

namespace {

struct Touched {
    std::set<InstanceName> instances;
    std::set<NodeId> nodes;
};

Touched touched_by(const master::Entry& entry) {
    Touched touched;
    for (const master::Change& change : entry.changes) {
        if (const auto* put = change.get_if<master::Put<Instance>>()) {
            touched.instances.insert(put->row.name);
        } else if (const auto* replica = change.get_if<master::Put<Replica>>()) {
            touched.instances.insert(replica->row.key.instance);
            touched.nodes.insert(replica->row.node);
        } else if (const auto* dropped = change.get_if<master::DropReplica>()) {
            touched.instances.insert(dropped->key.instance);
        } else if (const auto* put_node = change.get_if<master::Put<Node>>()) {
            touched.nodes.insert(put_node->row.name);
        }
    }
    return touched;
}

Invariants::Broken first_of(const std::vector<std::string>& problems) {
    return problems.empty() ? std::nullopt : std::optional(problems.front());
}

}  // namespace

Invariants::Broken Invariants::after(const State& before, const State& state,
                                     const std::vector<master::Entry>& batch, bool all) const {
    if (!all && batch.size() > 1) {  // a copy of a large state costs too much; steps are left out
        for (const master::Entry& entry : batch)
            if (auto broken = step(state, state, entry)) return broken;
        return std::nullopt;
    }
    State earlier = before;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        std::optional<State> between;
        if (i + 1 < batch.size()) {
            between.emplace(earlier);
            between->apply(batch[i].changes, batch[i].revision);
        }
        const State& now = between ? *between : state;
        if (auto broken = step(earlier, now, batch[i])) return broken;
        if (all) {
            if (auto broken = whole(now)) return broken;
        }
        if (between) earlier = std::move(*between);
    }
    return std::nullopt;
}

Invariants::Broken Invariants::step(const State& before, const State& state,
                                    const master::Entry& entry) const {
    const Touched touched = touched_by(entry);
    for (const InstanceName& name : touched.instances) {
        if (auto broken = first_of(test::broken(state, name))) return broken;
        if (auto broken = first_of(test::broken_step(before, state, name))) return broken;
        if (auto broken = untrue(state, name)) return broken;
    }
    for (const NodeId& name : touched.nodes) {
        if (auto broken = first_of(test::broken(state, name))) return broken;
        if (auto broken = first_of(test::broken_step(before, state, name))) return broken;
        if (auto broken = untrue(state, name)) return broken;
    }
    return std::nullopt;
}

Invariants::Broken Invariants::whole(const State& state) const {
    if (auto broken = first_of(test::broken(state))) return broken;
    for (const auto& [name, row] : state.instances())
        if (auto broken = untrue(state, name)) return broken;
    for (const auto& [name, row] : state.nodes())
        if (auto broken = untrue(state, name)) return broken;
    return std::nullopt;
}

Invariants::Broken Invariants::untrue(const State& state, const InstanceName& name) const {
    const auto row = state.instances().find(name);
    if (row == state.instances().end() || row->second.policy.allow_same_isp) return std::nullopt;
    std::set<IspId> isps;
    for (const Replica* replica : state.replicas_of(name)) {
        if (replica->membership != master::Membership::Member) continue;
        const auto truth = truth_.find(replica->node);
        if (truth != truth_.end() && !isps.insert(truth->second.isp).second)
            return "instance '" + name.str() + "': two copies on one true ISP, " +
                   truth->second.isp.str();
    }
    return std::nullopt;
}

Invariants::Broken Invariants::untrue(const State& state, const NodeId& name) const {
    const auto truth = truth_.find(name);
    if (truth == truth_.end()) return std::nullopt;
    Resources reserved;
    for (const master::ReplicaKey& key : state.replicas_on(name))
        reserved += state.replicas().at(key).reserved;
    if (!reserved.fits_into(truth->second.capacity))
        return "node '" + name.str() + "': more is reserved than it has";
    return std::nullopt;
}

}  // namespace foyer::sim
