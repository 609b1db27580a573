#include "master/domain/choice.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "common/base/check.h"
#include "master/domain/spread.h"

namespace foyer::master {
namespace {

std::size_t at(int number) { return static_cast<std::size_t>(number); }

const Unit& unit_of(const Choices& choices, const Option& option) {
    return choices.units[at(option.unit)];
}

bool may_lead(const Choices& choices, const Unit& unit) {
    for (int i = 0; i < unit.options; ++i) {
        if (choices.options[at(unit.first + i)].may_lead) return true;
    }
    return false;
}

// Units from the least used on; of equally used ones the roomier, then by name.
std::vector<int> by_use(const Choices& choices) {
    constexpr std::uint64_t slots_shown = (std::uint64_t{1} << 22) - 1;
    std::vector<std::uint64_t> keys;
    keys.reserve(choices.units.size());
    for (std::size_t i = 0; i < choices.units.size(); ++i) {
        const Unit& unit = choices.units[i];
        const auto use = static_cast<std::uint64_t>(use_of(unit));
        const std::uint64_t room = std::min(slots_shown, static_cast<std::uint64_t>(unit.slots));
        keys.push_back(use << 42 | (slots_shown - room) << 20 | i);
    }
    std::ranges::sort(keys);
    std::vector<int> units;
    units.reserve(keys.size());
    for (const std::uint64_t key : keys) units.push_back(static_cast<int>(key & 0xf'ffff));
    return units;
}

// The least used units with at most `small_max` small ones, `leads` of them able to lead.
std::optional<std::vector<int>> least_used(const Choices& choices, const std::vector<int>& order,
                                           const Rules& rules, const Guard& guard) {
    std::vector<int> taken;
    std::int64_t small = 0;
    int leads = 0;
    const auto take_from = [&](int wanted, bool leading_only) {
        for (const int number : order) {
            if (static_cast<int>(taken.size()) >= wanted) return;
            const Unit& unit = choices.units[at(number)];
            if (guard.small(unit) && small >= guard.small_max) continue;
            const bool leads_too = may_lead(choices, unit);
            if (leading_only && !leads_too) continue;
            if (std::ranges::find(taken, number) != taken.end()) continue;
            taken.push_back(number);
            small += guard.small(unit) ? 1 : 0;
            leads += leads_too ? 1 : 0;
        }
    };
    take_from(rules.replicas, false);
    if (leads < rules.leads) {
        taken.clear();
        small = 0;
        leads = 0;
        take_from(rules.leads, true);
        take_from(rules.replicas, false);
    }
    if (static_cast<int>(taken.size()) < rules.replicas || leads < rules.leads) return std::nullopt;
    return taken;
}

// The best box of each unit; where boxes that may lead are still missing, those that cost the least
// to have one instead.
std::vector<int> best_options(const Choices& choices, const std::vector<int>& units,
                              const Rules& rules) {
    std::vector<int> picked;
    int leads = 0;
    const auto best_of = [&](const Unit& unit, bool leading_only) {
        int best = -1;
        for (int i = unit.first; i < unit.first + unit.options; ++i) {
            const Option& option = choices.options[at(i)];
            if (leading_only && !option.may_lead) continue;
            if (best < 0 || option.score < choices.options[at(best)].score) best = i;
        }
        return best;
    };
    for (const int unit : units) {
        picked.push_back(best_of(choices.units[at(unit)], false));
        leads += choices.options[at(picked.back())].may_lead ? 1 : 0;
    }
    for (; leads < rules.leads; ++leads) {
        std::size_t cheapest = picked.size();
        Score least = std::numeric_limits<Score>::max();
        for (std::size_t i = 0; i < picked.size(); ++i) {
            const Option& now = choices.options[at(picked[i])];
            const int other = best_of(unit_of(choices, now), true);
            if (now.may_lead || other < 0) continue;
            const Score more = choices.options[at(other)].score - now.score;
            if (more >= least) continue;
            least = more;
            cheapest = i;
        }
        CHECK(cheapest < picked.size());
        picked[cheapest] = best_of(unit_of(choices, choices.options[at(picked[cheapest])]), true);
    }
    return picked;
}

bool countries_hold(const Choices& choices, const std::vector<int>& picked, const Rules& rules,
                    const Guard& guard) {
    std::map<int, std::int64_t> small;
    for (const int number : picked) {
        const Option& option = choices.options[at(number)];
        small[option.country] += guard.small(unit_of(choices, option)) ? 1 : 0;
    }
    std::int64_t paid = 0;
    for (const auto& [country, units] : small)
        paid += std::max<std::int64_t>(0, units - guard.spare[at(country)]);
    return static_cast<int>(small.size()) >= rules.min_countries && paid <= guard.paid_max;
}

// A set that obeys the rules can swap each member for a better one of its class, and among
// `replicas` units of a class at least one is free: no others can matter.
std::vector<char> candidates(const Choices& choices, const Rules& rules, const Guard* guard) {
    std::vector<char> kept(choices.options.size(), 0);
    std::map<std::tuple<int, bool, bool>, int> taken;
    for (const int number : by_use(choices)) {
        const Unit& unit = choices.units[at(number)];
        const bool small = guard != nullptr && guard->small(unit);
        for (int i = unit.first; i < unit.first + unit.options; ++i) {
            const Option& option = choices.options[at(i)];
            int& of_class = taken[{option.country, option.may_lead, small}];
            if (of_class >= rules.replicas) continue;
            ++of_class;
            kept[at(i)] = 1;
        }
    }
    return kept;
}

// Gates for the small units of each country, as the guard allows.
std::vector<int> small_gates(OrderFlow& flow, const Choices& choices, const Guard& guard) {
    const int all = flow.graph.add_node();
    const int paid = flow.graph.add_node();
    flow.graph.arc(flow.source, all, guard.small_max);
    flow.graph.arc(all, paid, guard.paid_max);
    std::vector<int> gates;
    for (int country = 0; country < choices.countries; ++country) {
        gates.push_back(flow.graph.add_node());
        flow.graph.arc(all, gates.back(), guard.spare[at(country)]);
        flow.graph.arc(paid, gates.back(), MinCostFlow::unlimited);
    }
    return gates;
}

void add_unit(OrderFlow& flow, const Choices& choices, const FlowShape& shape,
              const std::vector<int>& gates, const std::vector<char>& kept, std::size_t number) {
    const Unit& unit = choices.units[number];
    const bool gated = shape.guard != nullptr && shape.guard->small(unit);
    Score best = std::numeric_limits<Score>::max();
    for (int i = unit.first; i < unit.first + unit.options; ++i)
        best = std::min(best, choices.options[at(i)].score);
    int in = -1;
    int out = -1;
    for (int i = unit.first; i < unit.first + unit.options; ++i) {
        if (kept[at(i)] == 0) continue;
        const Option& option = choices.options[at(i)];
        if (in < 0) {
            in = flow.graph.add_node();
            out = flow.graph.add_node();
            flow.graph.arc(in, out, 1, shape.balance ? use_of(unit) : 0);
            flow.unit_outs[number] = out;
            if (!gated) flow.graph.arc(flow.source, in, 1);
        }
        if (gated) flow.graph.arc(gates[at(option.country)], in, 1);
        // Between boxes of one unit the score decides, but less than balance between units.
        const std::int64_t worse = shape.balance ? (option.score - best) / 4 : 0;
        flow.option_arcs[at(i)] =
            flow.graph.arc(out, flow.country_nodes[at(option.country)], MinCostFlow::unlimited,
                           worse + (option.may_lead ? 0 : shape.open_cost));
    }
}

std::optional<std::vector<int>> by_flow(const Choices& choices, const Rules& rules,
                                        const Guard* guard) {
    // As much as needed for enough boxes that may lead, and no more: balance first.
    for (const std::int64_t open_cost :
         {std::int64_t{0}, full_use / 16, full_use / 4, 100 * full_use}) {
        OrderFlow flow = order_flow(choices, rules, {guard, open_cost});
        if (flow.graph.send(flow.source, flow.sink, rules.replicas) < rules.replicas)
            return std::nullopt;
        std::vector<int> picked;
        int leads = 0;
        for (std::size_t i = 0; i < choices.options.size(); ++i) {
            if (flow.option_arcs[i] < 0 || flow.graph.sent_on(flow.option_arcs[i]) == 0) continue;
            picked.push_back(static_cast<int>(i));
            leads += choices.options[i].may_lead ? 1 : 0;
        }
        if (leads >= rules.leads) return picked;
    }
    return std::nullopt;
}

}  // namespace

Utilisation use_of(const Unit& unit) {
    if (unit.capacity <= 0) return full_use;
    return std::clamp<Utilisation>(full_use - unit.slots * full_use / unit.capacity, 0, full_use);
}

Guard guard_of(const Choices& choices, const Rules& rules) {
    Guard guard;
    guard.spare.assign(at(choices.countries), MinCostFlow::unlimited);
    guard.small_max = MinCostFlow::unlimited;
    guard.paid_max = MinCostFlow::unlimited;
    if (!choices.complete) return guard;
    std::vector<std::int64_t> slots;
    slots.reserve(choices.units.size());
    for (const Unit& unit : choices.units) slots.push_back(unit.slots);
    guard.orders = orders_max(slots, rules.replicas);
    std::vector<CountrySlots> parts;
    if (rules.min_countries > 1) {
        for (const Option& option : choices.options) {
            const bool same = !parts.empty() && parts.back().unit == option.unit &&
                              parts.back().country == option.country;
            if (same) {
                parts.back().slots += option.slots;
            } else {
                parts.push_back({option.unit, option.country, option.slots});
            }
        }
        guard.orders = orders_max(parts, rules.min_countries, choices.countries, guard.orders);
    }
    if (guard.orders == 0) return guard;
    const std::int64_t left = guard.orders - 1;
    guard.small_max = slots_usable(slots, left) - rules.replicas * left;
    if (rules.min_countries > 1) {
        guard.paid_max = -rules.min_countries * left;
        const auto usable = usable_by_country(parts, choices.countries, left);
        for (std::size_t country = 0; country < usable.size(); ++country) {
            guard.paid_max += std::min(usable[country], left);
            guard.spare[country] = std::max<std::int64_t>(0, usable[country] - left);
        }
    }
    CHECK(guard.small_max >= 0 && guard.paid_max >= 0);
    return guard;
}

OrderFlow order_flow(const Choices& choices, const Rules& rules, const FlowShape& shape) {
    OrderFlow flow;
    flow.source = flow.graph.add_node();
    flow.sink = flow.graph.add_node();
    flow.extra = flow.graph.add_node();
    flow.graph.arc(flow.extra, flow.sink, rules.replicas - rules.min_countries);
    for (int country = 0; country < choices.countries; ++country) {
        flow.country_nodes.push_back(flow.graph.add_node());
        flow.graph.arc(flow.country_nodes.back(), flow.sink, 1);
        flow.graph.arc(flow.country_nodes.back(), flow.extra, MinCostFlow::unlimited);
    }
    std::vector<int> gates;
    if (shape.guard != nullptr) gates = small_gates(flow, choices, *shape.guard);
    std::vector<char> kept(choices.options.size(), 1);
    if (shape.balance) kept = candidates(choices, rules, shape.guard);
    flow.unit_outs.assign(choices.units.size(), -1);
    flow.option_arcs.assign(choices.options.size(), -1);
    for (std::size_t number = 0; number < choices.units.size(); ++number)
        add_unit(flow, choices, shape, gates, kept, number);
    return flow;
}

std::optional<std::vector<int>> choose(const Choices& choices, const Rules& rules) {
    if (static_cast<int>(choices.units.size()) < rules.replicas) return std::nullopt;
    const Guard guard = guard_of(choices, rules);
    const std::vector<int> order = by_use(choices);
    if (const auto units = least_used(choices, order, rules, guard)) {
        std::vector<int> picked = best_options(choices, *units, rules);
        if (rules.min_countries <= 1 || countries_hold(choices, picked, rules, guard))
            return picked;
    }
    if (rules.min_countries > 1) {
        if (auto picked = by_flow(choices, rules, &guard)) return picked;
        return by_flow(choices, rules, nullptr);
    }
    // No cheap set has enough boxes that may lead: the order goes first.
    Guard open = guard;
    open.small_max = MinCostFlow::unlimited;
    const auto units = least_used(choices, order, rules, open);
    if (!units) return std::nullopt;
    return best_options(choices, *units, rules);
}

}  // namespace foyer::master
