// An upgrade goes on: late boxes, leads that are given away, canaries that were watched, the next
// box, the end.
#include "master/domain/upgrades.h"

#include <algorithm>

#include "common/base/text.h"
#include "master/domain/electing.h"
#include "master/domain/group.h"
#include "master/domain/handover.h"
#include "master/domain/membership.h"

namespace foyer::master {
namespace {

bool leads(const Group& group, const NodeId& node) {
    const Replica* lead = group.leader();
    return elects(group.instance) && group.instance.desired == DesiredState::Running &&
           lead != nullptr && lead->node == node;
}

void ask_to_yield(const State& state, const NodeId& node, Draft& draft) {
    for (const ReplicaKey& key : state.replicas_on(node)) {
        Group group(state, state.instances().at(key.instance));
        if (!leads(group, node) || group.instance.promotion) continue;
        const auto heir = heir_of_move(group, draft.now());
        if (!heir || !may_promote(group).ok()) continue;
        begin_move(group, draft, *heir, "its box's agent is upgraded");
        group.put_back(draft);
    }
}

void stop(Upgrade upgrade, const std::string& why, Draft& draft) {
    if (upgrade.state != UpgradeState::Running && upgrade.state != UpgradeState::Paused) return;
    upgrade.state = UpgradeState::Stopped;
    upgrade.reason = why;
    draft.event("upgrade_stopped",
                "to version " + upgrade.version + ": " + why +
                    "; `foyer upgrade show` says more, then `foyer upgrade resume` or `foyer "
                    "upgrade back`");
    draft.put(std::move(upgrade));
}

void fail(NodeAgent agent, const std::string& why, Draft& draft) {
    agent.step = UpgradeStep::Failed;
    agent.reason = why;
    agent.since = draft.now();
    if (const Node* node = draft.state().nodes().get(agent.node))
        draft.event("node_upgrade_failed", *node, "to version " + agent.to + ": " + why);
    if (const Upgrade* upgrade = draft.state().upgrades().get(agent.upgrade))
        stop(*upgrade, "box '" + agent.node.str() + "': " + why, draft);
    draft.put(std::move(agent));
}

// The number of an order is above all that the box ever heard, also of a database that was restored
// since.
void order(NodeAgent agent, Draft& draft) {
    agent.step = UpgradeStep::Ordered;
    agent.since = draft.now();
    agent.order = std::max(agent.order + 1, draft.now().unix_ms);
    agent.reason.clear();
    draft.event("node_upgrade_begins", draft.state().nodes().at(agent.node),
                "from version " + agent.from + " to " + agent.to);
    draft.put(std::move(agent));
}

void advance_yielding(const NodeAgent& agent, Draft& draft) {
    const State& state = draft.state();
    if (!has_lead_to_give(state, agent.node)) return order(agent, draft);
    if (draft.now() - *agent.since >= state.settings().upgrades.yield_within) {
        NodeAgent skipped = agent;
        skipped.step = UpgradeStep::Skipped;
        skipped.since = draft.now();
        skipped.reason = "it still leads after the time for giving a lead away; start again later";
        draft.event("node_upgrade_skipped", state.nodes().at(agent.node), skipped.reason);
        return draft.put(std::move(skipped));
    }
    ask_to_yield(state, agent.node, draft);
}

// Boxes that were told to.
void advance_under_way(Draft& draft, WallTime hearing_since) {
    const State& state = draft.state();
    for (const NodeId& name : state.upgrading()) {
        const NodeAgent& agent = state.node_agents().at(name);
        if (agent.step == UpgradeStep::Yields) {
            advance_yielding(agent, draft);
        } else if (draft.now() - std::max(*agent.since, hearing_since) >=
                   state.settings().upgrades.return_within) {
            fail(agent, "did not say in time that it is done", draft);
        }
        if (!draft.empty()) return;  // the next one has to see it
    }
}

// Whether there is something to do about those that go first.
bool advance_canaries(const Upgrade& upgrade, const UpgradeView& view, Draft& draft) {
    if (!view.has_canaries() || upgrade.back || view.canaries_to_go() > 0) return false;
    if (view.canaries_done().empty()) {
        stop(upgrade, "no canary could be upgraded", draft);
        return true;
    }
    if (!upgrade.canaries_done_at) {
        Upgrade watched = upgrade;
        watched.canaries_done_at = draft.now();
        draft.put(std::move(watched));
        return true;
    }
    for (const NodeId& name : view.canaries_done()) {
        if (draft.state().nodes().at(name).state == NodeState::Online) continue;
        if (draft.now() < *upgrade.canaries_done_at + upgrade.observe) continue;
        // Only at the end of the time: a home's line is cut now and then.
        const bool others_begun =
            std::ranges::any_of(draft.state().node_agents(), [&](const auto& entry) {
                return entry.second.upgrade == upgrade.number && !entry.second.canary;
            });
        if (others_begun) return false;
        stop(upgrade, "canary '" + name.str() + "' is not heard of any more", draft);
        return true;
    }
    return false;
}

// Canaries before others, else by name. Whether one began, or one waits.
struct Next {
    const Node* node = nullptr;
    UpgradeStanding standing;
    bool some_wait = false;
};

Next next_box(const State& state, const Upgrade& upgrade, const UpgradeView& view) {
    Next next;
    for (const auto& [name, node] : state.nodes()) {
        UpgradeStanding standing = view.standing_of(node);
        if (!standing.takes_part) continue;
        next.some_wait = true;
        if (standing.step != UpgradeStep::Waits || !standing.reason.empty()) continue;
        const NodeAgent& agent = state.node_agents().at(name);
        const bool canary = agent.canary && agent.upgrade == upgrade.number;
        if (next.node != nullptr && !canary) continue;
        next.node = &node;
        next.standing = std::move(standing);
        if (canary) break;
    }
    return next;
}

void begin(const Upgrade& upgrade, const Next& next, Draft& draft) {
    const State& state = draft.state();
    NodeAgent agent = state.node_agents().at(next.node->name);
    if (agent.upgrade != upgrade.number) agent.canary = false;
    agent.upgrade = upgrade.number;
    agent.from = next.standing.from;
    agent.to = next.standing.to;
    agent.since = draft.now();
    agent.reason.clear();
    if (!has_lead_to_give(state, agent.node)) return order(std::move(agent), draft);
    agent.step = UpgradeStep::Yields;
    const NodeId node = agent.node;
    draft.put(std::move(agent));
    ask_to_yield(state, node, draft);
}

void finish(Upgrade upgrade, Draft& draft) {
    upgrade.state = UpgradeState::Finished;
    upgrade.ended_at = draft.now();
    draft.event("upgrade_finished", (upgrade.back ? "back from version " : "to version ") +
                                        upgrade.version +
                                        "; `foyer upgrade show` lists boxes that take no part");
    draft.put(std::move(upgrade));
}

}  // namespace

bool has_lead_to_give(const State& state, const NodeId& node) {
    return std::ranges::any_of(state.replicas_on(node), [&](const ReplicaKey& key) {
        const Group group(state, state.instances().at(key.instance));
        return leads(group, node) && has_heir(group);
    });
}

void advance_upgrade(Draft& draft, WallTime hearing_since) {
    const State& state = draft.state();
    const Upgrade* upgrade = current_upgrade(state);
    if (upgrade == nullptr) return;
    advance_under_way(draft, hearing_since);
    if (!draft.empty() || upgrade->state != UpgradeState::Running) return;
    const UpgradeView view(state, *upgrade, draft.now());
    if (advance_canaries(*upgrade, view, draft)) return;
    if (!view.has_room()) return;
    const Next next = next_box(state, *upgrade, view);
    if (next.node != nullptr) return begin(*upgrade, next, draft);
    if (!next.some_wait) finish(*upgrade, draft);
}

void hear_upgrade(const UpgradeReport& report, const Node& node, Draft& draft) {
    const NodeAgent* known = draft.state().node_agents().get(node.name);
    NodeAgent agent = known != nullptr ? *known : NodeAgent{.node = node.name};
    agent.stance = report.stance;
    agent.architecture = report.architecture;
    const bool answers = report.order != 0 && report.order == agent.order;
    const bool awaited = agent.step == UpgradeStep::Ordered;
    if (answers && (awaited || agent.step == UpgradeStep::Failed)) {
        switch (report.phase) {
            case UpgradePhase::None: break;
            case UpgradePhase::Fetching:
            case UpgradePhase::Installing:
                if (awaited) agent.reason = to_text(report.phase);
                break;
            case UpgradePhase::Done:
                agent.step = UpgradeStep::Done;
                agent.reason.clear();
                agent.since = draft.now();
                draft.event("node_upgraded", node,
                            "from version " + agent.from + " to " + agent.to);
                break;
            case UpgradePhase::Refused:
                if (awaited) return fail(agent, "it refused: " + report.reason, draft);
                break;
            case UpgradePhase::WentBack:
                if (awaited)
                    return fail(agent, "went back to " + agent.from + ": " + report.reason, draft);
                break;
        }
    }
    if (known == nullptr || !(agent == *known)) draft.put(std::move(agent));
}

std::optional<UpgradeOrder> upgrade_order(const State& state, const NodeId& node) {
    const NodeAgent* agent = state.node_agents().get(node);
    if (agent == nullptr || agent->step != UpgradeStep::Ordered) return std::nullopt;
    const AgentRelease* wanted = state.agent_releases().get({agent->to, agent->architecture});
    const AgentRelease* present = state.agent_releases().get({agent->from, agent->architecture});
    if (wanted == nullptr || present == nullptr) return std::nullopt;
    return UpgradeOrder{agent->order,
                        {wanted->document, wanted->signature},
                        {present->document, present->signature}};
}

}  // namespace foyer::master
