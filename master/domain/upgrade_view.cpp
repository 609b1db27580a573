// Which box may begin now, and why another one may not.
#include <algorithm>

#include "common/base/text.h"
#include "master/domain/electing.h"
#include "master/domain/group.h"
#include "master/domain/membership.h"
#include "master/domain/upgrades.h"

namespace foyer::master {
namespace {

constexpr int absent_homes_min = 2;  // one silent home makes no absent ISP

std::string quoted(const std::string& name) { return "'" + name + "'"; }

const IspFamilyId& family_of(const State& state, const Node& node) {
    return state.isps().at(state.sites().at(node.site).isp).family;
}

bool is_of(const NodeAgent& agent, const Upgrade& upgrade) {
    return agent.upgrade == upgrade.number;
}

UpgradeStanding no_part(std::string why) { return {.reason = std::move(why)}; }

UpgradeStanding as_decided(const NodeAgent& agent) {
    return {is_under_way(agent), agent.step, agent.reason, agent.from, agent.to};
}

// Why a box that holds a copy of the same instance keeps its neighbour from beginning.
std::string why_absent(const State& state, const NodeId& name) {
    const Node* node = state.nodes().get(name);
    if (node == nullptr || node->state != NodeState::Online) return "is not heard of";
    if (node->host_order.wish == HostWish::Paused) return "is paused by its host";
    if (is_emptied(*node)) return "is being emptied";
    return state.upgrading().contains(name) ? "is under way" : "";
}

// A copy that is there, follows, and is waited for by writes where they wait.
bool is_in_sync(const Group& group, const Replica& replica) {
    if (replica.kind == ReplicaKind::Witness) return true;
    if (!is_healthy(group, replica)) return false;
    const auto record = committed_record(group.instance);
    if (!record || group.instance.policy.mode == ReplicationMode::Asynchronous) return true;
    return std::ranges::find(record->in_sync, replica.key.index) != record->in_sync.end();
}

}  // namespace

const Upgrade* current_upgrade(const State& state) {
    return state.upgrades().empty() ? nullptr : &state.upgrades().rbegin()->second;
}

UpgradeView::UpgradeView(const State& state, const Upgrade& upgrade, WallTime now)
    : state_(state), upgrade_(upgrade), now_(now) {
    for (const NodeId& name : state.unheard()) {
        const Node& node = state.nodes().at(name);
        if (!node.edge) ++silent_[family_of(state, node)];
    }
    for (const auto& [name, agent] : state.node_agents()) {
        if (!agent.canary || !is_of(agent, upgrade)) continue;
        has_canaries_ = true;
        const Node* node = state.nodes().get(name);
        if (node == nullptr) continue;
        const UpgradeStanding standing = stand(*node);
        if (standing.takes_part) ++canaries_to_go_;
        if (standing.step == UpgradeStep::Done) canaries_done_.push_back(name);
    }
}

bool UpgradeView::has_room() const {
    return static_cast<int>(state_.upgrading().size()) < upgrade_.at_most;
}

bool UpgradeView::is_family_absent(const Node& node) const {
    const auto silent = silent_.find(family_of(state_, node));
    if (silent == silent_.end() || silent->second < absent_homes_min) return false;
    const auto homes = state_.homes_by_family().find(silent->first);
    return homes == state_.homes_by_family().end() || 2 * silent->second >= homes->second;
}

UpgradeStanding UpgradeView::standing_of(const Node& node) const {
    UpgradeStanding standing = stand(node);
    if (standing.takes_part && standing.step == UpgradeStep::Waits)
        standing.reason = why_waits(node);
    return standing;
}

UpgradeStanding UpgradeView::stand(const Node& node) const {
    const NodeAgent* agent = state_.node_agents().get(node.name);
    if (agent == nullptr || node.state == NodeState::Expected)
        return no_part("its agent has not said that it can be upgraded from here");
    const bool ours = is_of(*agent, upgrade_);
    if (ours && agent->step != UpgradeStep::Waits && agent->step != UpgradeStep::Done)
        return as_decided(*agent);
    if (!upgrade_.back) {
        return ours && agent->step == UpgradeStep::Done ? as_decided(*agent)
                                                        : stand_forward(node, *agent);
    }
    if (!ours || agent->step != UpgradeStep::Done) return no_part("this upgrade did not change it");
    if (agent->to != upgrade_.version) return as_decided(*agent);  // it is back
    if (node.agent_version != upgrade_.version)
        return no_part("it runs another version since: " + node.agent_version);
    return {true, UpgradeStep::Waits, "", agent->to, agent->from};
}

UpgradeStanding UpgradeView::stand_forward(const Node& node, const NodeAgent& agent) const {
    if (node.agent_version.empty()) return no_part("its version is not known");
    const auto order = compare_versions(node.agent_version, upgrade_.version);
    if (order == std::strong_ordering::equal)
        return {false, UpgradeStep::Done, "", "", upgrade_.version};
    if (order == std::strong_ordering::greater) return no_part("it runs a newer version");
    switch (agent.stance) {
        case UpgradeStance::Takes: break;
        case UpgradeStance::NoKey:
            return no_part("its host pinned no publisher's key: he upgrades it himself");
        case UpgradeStance::Off: return no_part("its host switched upgrades off");
    }
    if (!state_.agent_releases().contains({upgrade_.version, agent.architecture}))
        return no_part("version " + upgrade_.version + " is not published for " +
                       agent.architecture);
    if (!state_.agent_releases().contains({node.agent_version, agent.architecture}))
        return no_part("no way back: publish version " + node.agent_version + " for " +
                       agent.architecture + " too");
    return {true, UpgradeStep::Waits, "", node.agent_version, upgrade_.version};
}

std::string UpgradeView::why_box_waits(const Node& node) const {
    if (node.state != NodeState::Online) return "it is not heard of";
    if (node.host_order.wish == HostWish::Paused) return "its host has paused it";
    if (is_emptied(node) && !state_.replicas_on(node.name).empty()) return "it is being emptied";
    return is_family_absent(node) ? "most boxes of its ISP are silent" : "";
}

std::string UpgradeView::why_others_first(const Node& node) const {
    if (!has_canaries_ || upgrade_.back) return "";
    const NodeAgent* agent = state_.node_agents().get(node.name);
    if (agent != nullptr && agent->canary && is_of(*agent, upgrade_)) return "";
    if (canaries_to_go_ > 0 || !upgrade_.canaries_done_at) return "canaries go first";
    const WallTime over = *upgrade_.canaries_done_at + upgrade_.observe;
    return now_ < over ? "canaries are watched until " + to_rfc3339(over) : "";
}

std::string UpgradeView::why_group_waits(const Node& node, const Replica& own) const {
    const Instance& instance = state_.instances().at(own.key.instance);
    if (instance.desired == DesiredState::Deleted) return "";
    const Group group(state_, instance);
    const std::string name = quoted(instance.name.str());
    if (!instance.initialized) return name + " is being prepared";
    if (group.changing() != nullptr) return "a copy of " + name + " is being moved";
    if (group.members() < instance.policy.replicas) return "a copy of " + name + " is missing";
    if (instance.promotion) return "the lead of " + name + " is moving";
    for (const Replica& other : group.replicas) {
        if (other.node == node.name) continue;
        const std::string absent = why_absent(state_, other.node);
        if (!absent.empty())
            return quoted(other.node.str()) + ", which holds " + name + " too, " + absent;
        if (instance.desired == DesiredState::Running && !is_in_sync(group, other))
            return copy_text(other) + " of " + name + " is not in sync";
    }
    return "";
}

std::string UpgradeView::why_waits(const Node& node) const {
    if (const std::string why = why_box_waits(node); !why.empty()) return why;
    if (const std::string why = why_others_first(node); !why.empty()) return why;
    if (node.edge) {
        for (const NodeId& other : state_.edges()) {
            if (other == node.name) continue;
            const std::string absent = why_absent(state_, other);
            if (!absent.empty()) return "edge " + quoted(other.str()) + " " + absent;
        }
    }
    for (const ReplicaKey& key : state_.replicas_on(node.name)) {
        const std::string why = why_group_waits(node, state_.replicas().at(key));
        if (!why.empty()) return why;
    }
    return "";
}

}  // namespace foyer::master
