// Upgrades of the boxes' agents in the state.
#include "master/domain/state.h"

namespace foyer::master {

void State::put(const AgentRelease& row) { agent_releases_.put(key_of_agent_release(row), row); }
void State::drop(const DropAgentRelease& change) { agent_releases_.erase(change.key); }

void State::put(const Upgrade& row) { upgrades_.put(row.number, row); }
void State::drop(const DropUpgrade& change) { upgrades_.erase(change.number); }

// A box that is given an order is woken by it.
void State::put(const NodeAgent& row) {
    const NodeAgent* before = node_agents_.get(row.node);
    const bool ordered =
        row.step == UpgradeStep::Ordered && (before == nullptr || before->order != row.order);
    node_agents_.put(row.node, row);
    if (is_under_way(row))
        upgrading_.insert(row.node);
    else
        upgrading_.erase(row.node);
    if (ordered) touch(row.node);
}

void State::drop(const DropNodeAgent& change) {
    node_agents_.erase(change.node);
    upgrading_.erase(change.node);
}

}  // namespace foyer::master
