#include "master/domain/explain.h"

#include <algorithm>
#include <tuple>

#include "common/base/check.h"
#include "master/domain/refusal.h"
#include "master/domain/refusing.h"

namespace foyer::master {
namespace {

std::size_t at(int number) { return static_cast<std::size_t>(number); }

NotChosen why_of(Exclusion exclusion) {
    switch (exclusion) {
        case Exclusion::NotOnline: return NotChosen::NotOnline;
        case Exclusion::Cordoned: return NotChosen::Cordoned;
        case Exclusion::Paused: return NotChosen::Paused;
        case Exclusion::Line: return NotChosen::Line;
        case Exclusion::Worn: return NotChosen::Worn;
        case Exclusion::Edge: return NotChosen::Edge;
        case Exclusion::Country: return NotChosen::Country;
        case Exclusion::RefusedByHost: return NotChosen::RefusedByHost;
        case Exclusion::Capacity: return NotChosen::Capacity;
        case Exclusion::DiskLow: return NotChosen::DiskLow;
    }
    CHECK(false);
}

class Explainer {
public:
    // `held`: the state has the copies already, so the boxes' use includes them.
    Explainer(const State& state, const Demand& demand, const Offers& offers,
              const std::vector<NodeId>& chosen, bool held)
        : state_(state), demand_(demand), offers_(offers) {
        for (const Option& option : offers.choices().options)
            uses_.insert_or_assign(unit_key(offers.box(option).name),
                                   use_of(offers.choices().units[at(option.unit)]));
        for (const NodeId& name : chosen) {
            names_.insert(name);
            taken_.insert(unit_key(name));
            explanation_.chosen.push_back(shown(name, held));
            most_used_ = std::max(most_used_, explanation_.chosen.back().family_use);
        }
        guard_ = guard_of(offers.choices(), rules_of(demand));
        // Once held, the order no longer counts among those that are left.
        explanation_.orders_left = std::max<std::int64_t>(0, guard_.orders - (held ? 0 : 1));
    }

    Explanation done() && {
        rank();
        count();
        list();
        return std::move(explanation_);
    }

private:
    const Site& site_of(const NodeId& name) const {
        return state_.sites().at(state_.nodes().at(name).site);
    }

    // What at most one copy may share: the family, or the site.
    std::string unit_key(const NodeId& name) const {
        const Site& site = site_of(name);
        return demand_.allow_same_isp ? site.name.str() : state_.isps().at(site.isp).family.str();
    }

    ExplainedBox shown(const NodeId& name, bool held) const {
        const Site& site = site_of(name);
        const Resources used = state_.reserved_on(name) + (held ? Resources{} : demand_.each);
        const Node& node = state_.nodes().at(name);
        const Merit merit{.after = utilisation(used, node.capacity)};
        const auto use = uses_.find(unit_key(name));
        return {name,
                site.name,
                state_.isps().at(site.isp).family,
                site.country,
                site.host_class != HostClass::Open && !is_barred(node),
                score_of(merit),
                use == uses_.end() ? full_use : use->second};
    }

    NotChosen why_not(const Unit& unit, bool taken) const {
        if (taken) return NotChosen::SameIsp;
        const bool less_used = use_of(unit) < most_used_;
        return less_used && guard_.small(unit) ? NotChosen::Guarded : NotChosen::Outranked;
    }

    void rank() {
        const Choices& choices = offers_.choices();
        std::vector<ExplainedBox> others;
        for (const Unit& unit : choices.units) {
            const Option* best = nullptr;
            for (int i = unit.first; i < unit.first + unit.options; ++i) {
                const Option& option = choices.options[at(i)];
                if (best == nullptr || option.score < best->score) best = &option;
            }
            const NodeId& name = offers_.box(*best).name;
            if (!taken_.contains(unit_key(name))) others.push_back(shown(name, false));
        }
        std::ranges::sort(others, std::ranges::less(), [](const ExplainedBox& box) {
            return std::tuple(box.family_use, box.score, box.node);
        });
        if (others.size() > Explanation::runners_up_max) others.resize(Explanation::runners_up_max);
        explanation_.runners_up = std::move(others);
    }

    // Exact, from the index; the chosen boxes themselves are taken out.
    void count() {
        for (const auto& [reason, boxes] : excluded_counts(offers_))
            explanation_.not_chosen[why_of(reason)] += boxes;
        for (const NodeId& name : names_) {
            const auto excluded = exclusion_of(state_, state_.nodes().at(name), demand_);
            if (excluded) --explanation_.not_chosen[why_of(*excluded)];
        }
        std::int64_t unlisted = 0;
        for (const SlotIndex::Ordered& entry : offers_.index().in_order()) {
            if (offers_.allowed(entry))
                unlisted += offers_.size().domains[at(entry.domain)].fitting;
        }
        std::map<std::string, std::int64_t> chosen;  // by unit, of those that still have room
        for (const NodeId& name : names_) {
            if (!exclusion_of(state_, state_.nodes().at(name), demand_)) ++chosen[unit_key(name)];
        }
        for (const Unit& unit : offers_.choices().units) {
            const Option& first = offers_.choices().options[at(unit.first)];
            const std::string key = unit_key(offers_.box(first).name);
            const auto own = chosen.find(key);
            const std::int64_t others = unit.boxes - (own == chosen.end() ? 0 : own->second);
            explanation_.not_chosen[why_not(unit, taken_.contains(key))] += others;
            unlisted -= unit.boxes;
        }
        explanation_.not_chosen[NotChosen::Outranked] += unlisted;
        std::erase_if(explanation_.not_chosen, [](const auto& one) { return one.second <= 0; });
    }

    void list() {
        std::map<std::string, const Unit*> units;
        for (const Option& option : offers_.choices().options)
            units[unit_key(offers_.box(option).name)] = &offers_.choices().units[at(option.unit)];
        int looked_at = 0;
        for (const auto& [name, node] : state_.nodes()) {
            if (++looked_at > boxes_looked_at_max) return;
            if (explanation_.listed.size() >= Explanation::listed_max) return;
            if (names_.contains(name)) continue;
            if (const auto excluded = exclusion_of(state_, node, demand_)) {
                explanation_.listed.push_back({name, why_of(*excluded)});
                continue;
            }
            const std::string key = unit_key(name);
            const auto unit = units.find(key);
            explanation_.listed.push_back(
                {name, unit == units.end() ? NotChosen::Outranked
                                           : why_not(*unit->second, taken_.contains(key))});
        }
    }

    const State& state_;
    const Demand& demand_;
    const Offers& offers_;
    std::map<std::string, Utilisation> uses_;
    std::set<NodeId> names_;
    std::set<std::string> taken_;
    Utilisation most_used_ = 0;
    Guard guard_;
    Explanation explanation_;
};

}  // namespace

Result<Explanation> explain(const State& state, const Demand& demand) {
    const Placement placement = TRY(place(state, demand));
    const Offers offers(state, demand);
    return Explainer(state, demand, offers, placement.nodes, false).done();
}

Explanation explain(const State& state, const Instance& instance) {
    const Demand demand = demand_of(state, instance);
    const Offers offers(state, demand);
    std::vector<NodeId> nodes;
    for (const Replica* replica : state.replicas_of(instance.name)) nodes.push_back(replica->node);
    return Explainer(state, demand, offers, nodes, true).done();
}

Demand demand_of(const State& state, const Instance& instance) {
    const std::vector<const Replica*> replicas = state.replicas_of(instance.name);
    const ReplicationPolicy& policy = instance.policy;
    return {replicas.empty() ? Resources{} : replicas.front()->reserved,
            policy.replicas,
            policy.min_countries,
            policy.countries,
            policy.allow_same_isp,
            tenant_facts(state, instance)};
}

std::string_view to_text(NotChosen why) {
    switch (why) {
        case NotChosen::NotOnline: return "not_online";
        case NotChosen::Cordoned: return "cordoned";
        case NotChosen::Paused: return "paused";
        case NotChosen::Line: return "line";
        case NotChosen::Worn: return "worn";
        case NotChosen::Edge: return "edge";
        case NotChosen::Country: return "country";
        case NotChosen::RefusedByHost: return "refused_by_host";
        case NotChosen::Capacity: return "capacity";
        case NotChosen::DiskLow: return "disk_low";
        case NotChosen::SameIsp: return "same_isp";
        case NotChosen::Guarded: return "guarded";
        case NotChosen::Outranked: return "outranked";
    }
    CHECK(false);
}

}  // namespace foyer::master
