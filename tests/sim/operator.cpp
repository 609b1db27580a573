// The operator: lets another copy lead when the leader's box is gone, and now and then for no
// reason. Forces only what would otherwise wait for ever, and says so.
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

}  // namespace

void People::promote(const InstanceName& instance, std::optional<ReplicaIndex> index, bool force) {
    if (!promoting_.insert(instance).second) return;
    if (force) {
        room_.coverage.saw("person", "forces a promotion");
        services_.forgive(instance);
    }
    const auto make = [this, instance, index, force]() -> Command {
        return master::PromoteInstance{instance, index, force, new_operation()};
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
            const InstanceState how = instance_state(state, row);
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
    if (now < next_switch_ || resting_) return;
    next_switch_ = now + dice_.between(1, 2 * scenario_.switch_every);
    const Customer& any = dice_.one_of(customers_);
    if (any.life == Life::Running)
        promote(any.name, ReplicaIndex{static_cast<int>(dice_.below(3))}, false);
}

}  // namespace foyer::sim
