// The operator: lets another copy lead when the leader's box is gone, and now and then for no
// reason. Forces only what would otherwise wait for ever, and says so. Cordons and drains boxes,
// and gives those that stand empty their share.
#include "master/domain/progress.h"
#include "tests/sim/people.h"
#include "tests/sim/scenario.h"

namespace foyer::sim {

using master::Answer;
using master::Command;
using master::Instance;
using master::InstanceState;
using master::State;

namespace {

constexpr Moment promote_after = 3 * minute;
constexpr Moment force_after = 12 * minute;

// The quick answer, for the many that are well.
bool serves(const State& state, const Instance& row) {
    if (!row.leader || row.promotion || row.served != row.fence) return false;
    const auto lead = state.replicas().find({row.name, *row.leader});
    return lead != state.replicas().end() && lead->second.observed.fence == row.fence &&
           lead->second.observed.role == ReplicaRole::Primary && lead->second.observed.ready &&
           state.nodes().at(lead->second.node).state == master::NodeState::Online;
}

}  // namespace

void People::promote(const InstanceName& instance, std::optional<ReplicaIndex> index, bool force) {
    if (!promoting_.insert(instance).second) return;
    if (force) {
        room_.coverage.saw("person", "forces a promotion");
        services_.forgive(instance);
    }
    const auto make = [this, instance, index, force]() -> Command {
        return master::PromoteInstance{instance, index, force, new_operation(), {}};
    };
    ask(std::string(force ? "force-" : "promote-") + instance.str(), make,
        [this, instance](const Result<Answer>&) { promoting_.erase(instance); });
}

void People::tend() {
    room_.timeline.after(minute, [this] { tend(); });
    if (!master_.serves()) return;
    struct Wanted {
        InstanceName instance;
        bool force = false;
    };
    std::vector<Wanted> wanted;
    const Moment now = room_.timeline.now();
    master_.read([&](const State& state) {
        for (Customer& customer : customers_) {
            const auto found = state.instances().find(customer.name);
            if (found == state.instances().end()) {
                if (customer.life == Life::Deleting && !customer.busy) customer.life = Life::None;
                trouble_.erase(customer.name);
                continue;
            }
            const Instance& row = found->second;
            const bool well = serves(state, row);
            const InstanceState how = well ? InstanceState::Running : instance_state(state, row);
            const bool trouble =
                row.desired == DesiredState::Running && row.initialized &&
                (how == InstanceState::Unavailable || how == InstanceState::Promoting);
            if (!trouble) {
                trouble_.erase(customer.name);
                continue;
            }
            const Moment since = trouble_.try_emplace(customer.name, now).first->second;
            if (row.promotion && !row.leader) {
                if (now - since >= force_after) wanted.push_back({row.name, true});
            } else if (!row.promotion && now - since >= promote_after) {
                // Boxes that lost their journals know of no position any more.
                wanted.push_back({row.name, now - since >= force_after});
            }
        }
    });
    for (const Wanted& one : wanted) promote(one.instance, std::nullopt, one.force);
    care_for_boxes();
    even_out();
    if (now < next_switch_ || resting_) return;
    next_switch_ = now + dice_.between(1, 2 * scenario_.switch_every);
    const Customer& any = dice_.one_of(customers_);
    if (any.life == Life::Running) switch_leader(any.name);
}

void People::switch_leader(const InstanceName& instance) {
    const auto index = master_.read([&](const State& state) -> std::optional<ReplicaIndex> {
        const auto copies = state.replicas_of(instance);
        if (copies.empty()) return std::nullopt;
        return copies[dice_.below(copies.size())]->key.index;
    });
    if (index) promote(instance, index, false);
}

// Now and then a host moves house, and sometimes he changes his mind. Not all of them at once.
void People::care_for_boxes() {
    if (resting_ || room_.timeline.now() < next_care_) return;
    next_care_ = room_.timeline.now() + dice_.between(1, 2 * scenario_.care_every);
    std::vector<std::pair<NodeId, master::NodeWish>> closed;
    std::vector<NodeId> open;
    master_.read([&](const State& state) {
        for (const auto& [name, node] : state.nodes()) {
            if (node.edge) continue;
            if (node.wish == master::NodeWish::Open) {
                open.push_back(name);
            } else {
                closed.emplace_back(name, node.wish);
            }
        }
    });
    const bool enough = closed.size() * 5 >= open.size();
    if (!closed.empty() && (enough || dice_.one_in(3))) {
        const auto& [box, wish] = dice_.one_of(closed);
        order_box(box, wish);
    } else if (!open.empty() && !enough) {
        order_box(dice_.one_of(open), master::NodeWish::Open);
    }
}

void People::even_out() {
    if (resting_ || room_.timeline.now() < next_evening_) return;
    next_evening_ = room_.timeline.now() + dice_.between(1, 2 * scenario_.care_every);
    const bool going =
        master_.read([](const State& state) { return state.rebalancing().has_value(); });
    if (going && !dice_.one_in(3)) return;
    const int moves = static_cast<int>(dice_.between(1, 8));
    const auto make = [this, going, moves]() -> Command {
        if (going) return master::StopRebalance{};
        return master::StartRebalance{moves, new_operation(), AccountId("acme-org")};
    };
    const std::string what = going ? "stops a rebalancing" : "starts a rebalancing";
    ask(what, make, [this, what](const Result<Answer>& answer) {
        room_.coverage.saw("person", answer.ok() ? what : what + ", refused");
    });
}

void People::order_box(const NodeId& box, master::NodeWish now) {
    const bool drain = now == master::NodeWish::Open       ? dice_.one_in(2) || dice_.one_in(2)
                       : now == master::NodeWish::Cordoned ? dice_.one_in(2)
                                                           : false;
    const Duration deadline(dice_.one_in(3) ? dice_.between(minute, 2 * hour) : 0);
    const auto make = [this, box, now, drain, deadline]() -> Command {
        if (drain) return master::DrainNode{box, deadline, new_operation(), AccountId("acme-org")};
        switch (now) {
            case master::NodeWish::Open: return master::CordonNode{box};
            case master::NodeWish::Cordoned: return master::UncordonNode{box};
            case master::NodeWish::Draining: return master::CancelDrain{box};
        }
        CHECK(false);
    };
    const std::string what = drain                               ? "drains"
                             : now == master::NodeWish::Open     ? "cordons"
                             : now == master::NodeWish::Cordoned ? "uncordons"
                                                                 : "cancels a drain";
    ask(what + "-" + box.str(), make, [this, what](const Result<Answer>& answer) {
        room_.coverage.saw("person", answer.ok() ? what : what + ", refused");
    });
}

}  // namespace foyer::sim
