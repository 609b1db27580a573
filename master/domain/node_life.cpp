#include "master/domain/node_life.h"

#include <algorithm>
#include <map>

#include "common/base/text.h"
#include "master/domain/membership.h"
#include "master/domain/progress.h"

namespace foyer::master {
namespace {

constexpr int aged_at_once_max = 100;

const IspFamilyId& family_of(const State& state, const Node& node) {
    return state.isps().at(state.sites().at(node.site).isp).family;
}

bool leads_something(const State& state, const Node& node) {
    return std::ranges::any_of(state.replicas_on(node.name), [&](const ReplicaKey& key) {
        return state.instances().at(key.instance).leader == key.index;
    });
}

// The brake's answer is the same for all that fell silent at one moment.
class Brake {
public:
    explicit Brake(const State& state) : state_(state) {}
    bool holds(const Node& node) {
        const auto [found, fresh] = by_moment_.try_emplace(*node.silent_since, false);
        if (fresh) found->second = brake_holds(state_, node);
        return found->second;
    }

private:
    const State& state_;
    std::map<WallTime, bool> by_moment_;
};

// Reserved never exceeds capacity, so a box that offers less keeps what it holds until it is
// relieved.
void lower_capacities(Draft& draft) {
    for (const NodeId& name : draft.state().shrunken()) {
        Node node = draft.state().nodes().at(name);
        const Resources wanted = larger(node.offered, draft.state().reserved_on(name));
        if (wanted == node.capacity) continue;
        node.capacity = wanted;
        draft.put(node);
    }
}

// People are told of a silence that lasts, once. Whether it was.
bool tell_missing(Draft& draft, Node node, WallTime hearing_since) {
    const Duration patience = draft.state().settings().repair.missing_after;
    if (node.state != NodeState::Silent || node.missing_told ||
        !silent_for(node, patience, hearing_since, draft.now()))
        return false;
    node.missing_told = true;
    draft.event("node_missing", node, "not heard of since " + to_rfc3339(*node.silent_since));
    draft.put(std::move(node));
    return true;
}

}  // namespace

SilentTogether silent_together(const State& state, const Node& node) {
    const Duration window = state.settings().repair.brake_window;
    std::map<IspFamilyId, int> silent;
    std::map<IspFamilyId, int> homes(state.homes_by_family().begin(),
                                     state.homes_by_family().end());
    for (const NodeId& name : state.unheard()) {
        const Node& other = state.nodes().at(name);
        if (other.edge) continue;
        const IspFamilyId& family = family_of(state, other);
        const Duration apart = *other.silent_since - *node.silent_since;
        if (apart <= window && -apart <= window) {
            ++silent[family];
        } else {
            --homes[family];  // gone for another reason
        }
    }
    const auto worst = std::ranges::max_element(
        silent, {}, [](const std::pair<const IspFamilyId, int>& entry) { return entry.second; });
    SilentTogether together;
    for (const auto& [family, count] : homes) {
        if (worst != silent.end() && family == worst->first) continue;
        together.homes += count;
        const auto fell = silent.find(family);
        if (fell != silent.end()) together.silent += fell->second;
    }
    return together;
}

bool brake_holds(const State& state, const Node& node) {
    const RepairSettings& settings = state.settings().repair;
    const SilentTogether together = silent_together(state, node);
    return together.silent >= settings.brake_nodes_min &&
           std::int64_t{together.silent} * 100 >
               std::int64_t{together.homes} * settings.brake_percent;
}

Duration lost_after(const State& state, const Node& node) {
    const RepairSettings& settings = state.settings().repair;
    if (node.edge) return settings.lost_after_edge;
    return leads_something(state, node) ? settings.lost_after_leading : settings.lost_after;
}

bool is_followed(const State& state, const Node& node) {
    for (const ReplicaKey& key : state.replicas_on(node.name)) {
        const Instance& instance = state.instances().at(key.instance);
        if (instance.leader != key.index) continue;
        for (const Replica* other : state.replicas_of(key.instance)) {
            const auto box = state.nodes().find(other->node);
            const bool there = box != state.nodes().end() && box->second.state == NodeState::Online;
            if (there && other->key != key && other->observed.fence == instance.fence &&
                other->observed.role == ReplicaRole::Standby && other->observed.ready)
                return true;
        }
    }
    return false;
}

bool silent_for(const Node& node, Duration patience, WallTime hearing_since, WallTime now) {
    if (!node.silent_since) return false;
    return now - std::max(*node.silent_since, hearing_since) >= patience;
}

void age_nodes(Draft& draft, WallTime hearing_since) {
    lower_capacities(draft);
    if (!draft.empty()) return;
    const State& state = draft.state();
    Brake brake(state);
    int aged = 0;
    int held = 0;
    for (const NodeId& name : state.unheard()) {
        if (aged == aged_at_once_max) break;
        Node node = state.nodes().at(name);
        if (node.state != NodeState::Silent ||
            !silent_for(node, lost_after(state, node), hearing_since, draft.now()) ||
            is_followed(state, node)) {
            aged += tell_missing(draft, node, hearing_since) ? 1 : 0;
            continue;
        }
        if (!node.edge && brake.holds(node)) {
            if (node.eviction_held) {
                aged += tell_missing(draft, node, hearing_since) ? 1 : 0;
                continue;
            }
            node.eviction_held = true;
            ++held;
        } else {
            CHECK(can_move(node.state, NodeState::Lost));
            node.state = NodeState::Lost;
            node.eviction_held = false;
            const std::size_t copies = state.replicas_on(name).size();
            draft.event("node_lost", node,
                        "silent since " + to_rfc3339(*node.silent_since) + "; its " +
                            std::to_string(copies) + " copies are made anew elsewhere");
        }
        draft.put(node);
        ++aged;
    }
    if (held == 0) return;
    draft.event("eviction_held",
                std::to_string(held) +
                    " boxes of several ISPs fell silent together: this looks like the master's own "
                    "line or a wide outage, nothing is moved; `foyer node drain` a box that is "
                    "gone for good");
}

}  // namespace foyer::master
