#include "master/domain/balance.h"

#include <algorithm>
#include <map>

#include "master/domain/explain.h"
#include "master/domain/group.h"
#include "master/domain/membership.h"
#include "master/domain/replacement.h"

namespace foyer::master {
namespace {

struct Load {
    Resources used;
    Resources total;
    Utilisation use() const { return utilisation(used, total); }
    Utilisation use_with(const Resources& more) const { return utilisation(used + more, total); }
};

struct LoadedBox {
    const Node* node = nullptr;
    Load load;
};

bool takes_part(const Node& node) {
    return !node.edge && node.state == NodeState::Online && node.wish == NodeWish::Open;
}

const IspFamilyId& family_of(const State& state, const NodeId& node) {
    return state.isps().at(state.sites().at(state.nodes().at(node).site).isp).family;
}

// Every box that takes part, by family.
struct Loads {
    explicit Loads(const State& state) {
        for (const auto& [name, node] : state.nodes()) {
            if (!takes_part(node)) continue;
            const Load load{state.reserved_on(name), node.offered};
            const IspFamilyId& family = family_of(state, name);
            boxes[family].push_back({&node, load});
            families[family].used += load.used;
            families[family].total += load.total;
            all.used += load.used;
            all.total += load.total;
        }
    }

    // The most used first; of equals by name.
    std::vector<IspFamilyId> families_by_use() const {
        std::vector<std::pair<Utilisation, IspFamilyId>> order;
        for (const auto& [name, load] : families) order.emplace_back(-load.use(), name);
        std::ranges::sort(order);
        std::vector<IspFamilyId> names;
        for (auto& [use, name] : order) names.push_back(std::move(name));
        return names;
    }
    std::vector<LoadedBox> boxes_by_use(const IspFamilyId& family) const {
        std::vector<LoadedBox> order = boxes.at(family);
        std::ranges::stable_sort(order, [](const LoadedBox& a, const LoadedBox& b) {
            return a.load.use() > b.load.use();
        });
        return order;
    }

    std::map<IspFamilyId, std::vector<LoadedBox>> boxes;  // by name
    std::map<IspFamilyId, Load> families;
    Load all;
};

// Where the other copies are.
std::set<IspFamilyId> families_beside(const State& state, const ReplicaKey& key) {
    std::set<IspFamilyId> families;
    for (const Replica* replica : state.replicas_of(key.instance)) {
        if (replica->key != key) families.insert(family_of(state, replica->node));
    }
    return families;
}

// Copies of one instance that have a family in common with another one of it.
std::set<ReplicaKey> sharing_copies(const State& state, const Instance& row) {
    std::map<IspFamilyId, std::vector<ReplicaKey>> by_family;
    for (const Replica* replica : state.replicas_of(row.name))
        by_family[family_of(state, replica->node)].push_back(replica->key);
    std::set<ReplicaKey> sharing;
    for (const auto& [family, keys] : by_family) {
        if (keys.size() > 1) sharing.insert(keys.begin(), keys.end());
    }
    return sharing;
}

class Balancer {
public:
    Balancer(const State& state, const std::set<ReplicaKey>& left_alone,
             const std::vector<NodeId>& busy, const BalanceLimits& limits)
        : state_(state), left_alone_(left_alone), busy_(busy), limits_(limits), loads_(state) {}

    std::optional<BalanceMove> best() {
        if (const auto move = spread()) return move;
        if (const auto move = between_families()) return move;
        return inside_families();
    }

private:
    // Whether the copy may move now at all; counts what was looked at.
    bool is_movable(const ReplicaKey& key) {
        if (looked_at_ >= limits_.looked_at_max || left_alone_.contains(key)) return false;
        const Instance& row = state_.instances().at(key.instance);
        if (row.leader == key.index || row.desired != DesiredState::Running || row.promotion ||
            row.repair_wait)
            return false;
        ++looked_at_;
        const Group group(state_, row);
        const bool whole = std::ranges::all_of(group.replicas, [&](const Replica& replica) {
            return replica.membership == Membership::Member && is_healthy(group, replica);
        });
        return whole && group.members() == row.policy.replicas && group.is_serving() &&
               std::ranges::find(busy_, group.leader()->node) == busy_.end();
    }

    // The box that takes the copy best among the domains `prefer` allows.
    std::optional<NodeId> target(const ReplicaKey& key, const Preference& prefer) const {
        const Instance& row = state_.instances().at(key.instance);
        std::vector<NodeId> staying;
        std::vector<NodeId> avoid = busy_;
        for (const Replica* replica : state_.replicas_of(key.instance))
            (replica->key == key ? avoid : staying).push_back(replica->node);
        const auto place =
            place_one(state_, demand_of(state_, row), staying, avoid, std::nullopt, prefer);
        if (!place.ok()) return std::nullopt;
        return place.value();
    }

    Utilisation use_of(const NodeId& node, const Resources& more = {}) const {
        return utilisation(state_.reserved_on(node) + more, state_.nodes().at(node).offered);
    }

    std::optional<BalanceMove> spread() {
        for (const auto& [name, row] : state_.instances()) {
            if (!row.policy.allow_same_isp || row.policy.replicas < 2) continue;
            for (const ReplicaKey& key : sharing_copies(state_, row)) {
                if (!is_movable(key)) continue;
                const auto taken = families_beside(state_, key);
                const Resources& size = state_.replicas().at(key).reserved;
                const auto place =
                    target(key, [&](const DomainKey& domain) -> std::optional<Utilisation> {
                        const auto load = loads_.families.find(domain.family);
                        if (taken.contains(domain.family) || load == loads_.families.end())
                            return std::nullopt;
                        return load->second.use_with(size);
                    });
                if (place)
                    return BalanceMove{key, state_.replicas().at(key).node, *place, Gain::Spread};
            }
        }
        return std::nullopt;
    }

    std::optional<BalanceMove> between_families() {
        const auto order = loads_.families_by_use();
        if (order.empty()) return std::nullopt;
        const Utilisation least = loads_.families.at(order.back()).use();
        for (const IspFamilyId& family : order) {
            const Utilisation use = loads_.families.at(family).use();
            if (use <= least + limits_.margin) return std::nullopt;
            for (const LoadedBox& box : loads_.boxes_by_use(family)) {
                for (const ReplicaKey& key : state_.replicas_on(box.node->name)) {
                    if (const auto move = out_of_family(key, family, use, box)) return move;
                }
            }
        }
        return std::nullopt;
    }

    std::optional<BalanceMove> out_of_family(const ReplicaKey& key, const IspFamilyId& family,
                                             Utilisation use, const LoadedBox& box) {
        if (!is_movable(key)) return std::nullopt;
        const Resources& size = state_.replicas().at(key).reserved;
        const auto taken = families_beside(state_, key);
        const auto place = target(key, [&](const DomainKey& domain) -> std::optional<Utilisation> {
            const auto load = loads_.families.find(domain.family);
            if (domain.family == family || taken.contains(domain.family) ||
                load == loads_.families.end())
                return std::nullopt;
            const Utilisation after = load->second.use_with(size);
            return after + limits_.margin < use ? std::optional(after) : std::nullopt;
        });
        if (!place || use_of(*place, size) > box.load.use()) return std::nullopt;
        return BalanceMove{key, box.node->name, *place, Gain::Family};
    }

    std::optional<BalanceMove> inside_families() {
        for (const IspFamilyId& family : loads_.families_by_use()) {
            const auto order = loads_.boxes_by_use(family);
            const Utilisation least = order.back().load.use();
            for (const LoadedBox& box : order) {
                if (box.load.use() <= least + limits_.margin) break;
                for (const ReplicaKey& key : state_.replicas_on(box.node->name)) {
                    if (const auto move = inside_family(key, family, box)) return move;
                }
            }
        }
        return std::nullopt;
    }

    std::optional<BalanceMove> inside_family(const ReplicaKey& key, const IspFamilyId& family,
                                             const LoadedBox& box) {
        if (!is_movable(key)) return std::nullopt;
        const Resources& size = state_.replicas().at(key).reserved;
        const auto place = target(key, [&](const DomainKey& domain) -> std::optional<Utilisation> {
            return domain.family == family ? std::optional<Utilisation>(0) : std::nullopt;
        });
        if (!place || use_of(*place, size) + limits_.margin >= box.load.use()) return std::nullopt;
        return BalanceMove{key, box.node->name, *place, Gain::Box};
    }

    const State& state_;
    const std::set<ReplicaKey>& left_alone_;
    const std::vector<NodeId>& busy_;
    const BalanceLimits& limits_;
    Loads loads_;
    std::size_t looked_at_ = 0;
};

}  // namespace

Balance balance_of(const State& state) {
    const Loads loads(state);
    Balance balance;
    balance.mean = loads.all.use();
    for (const IspFamilyId& family : loads.families_by_use()) {
        const LoadedBox fullest = loads.boxes_by_use(family).front();
        if (balance.family.empty()) {
            balance.family = family;
            balance.family_most = loads.families.at(family).use();
        }
        if (balance.node.empty() || fullest.load.use() > balance.node_most) {
            balance.node = fullest.node->name;
            balance.node_most = fullest.load.use();
        }
    }
    for (const auto& [name, row] : state.instances()) {
        if (row.policy.allow_same_isp)
            balance.shared_isps += static_cast<std::int64_t>(sharing_copies(state, row).size());
    }
    return balance;
}

std::optional<BalanceMove> next_move(const State& state, const std::set<ReplicaKey>& left_alone,
                                     const std::vector<NodeId>& busy, const BalanceLimits& limits) {
    return Balancer(state, left_alone, busy, limits).best();
}

BalancePlan plan_balance(const State& state, int moves_max) {
    BalancePlan plan;
    plan.before = balance_of(state);
    State then = state;
    while (static_cast<int>(plan.moves.size()) < moves_max) {
        const auto move = next_move(then, {}, {});
        if (!move) break;
        Replica moved = then.replicas().at(move->replica);
        moved.node = move->to;
        then.apply({Put<Replica>{moved}}, then.revision().next());
        plan.moves.push_back(*move);
    }
    plan.after = balance_of(then);
    return plan;
}

std::string_view to_text(Gain gain) {
    switch (gain) {
        case Gain::Spread: return "spread";
        case Gain::Family: return "family";
        case Gain::Box: return "box";
    }
    CHECK(false);
}

}  // namespace foyer::master
