#include "master/domain/replacement.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "common/base/check.h"
#include "master/domain/slots.h"

namespace foyer::master {
namespace {

// What the copies that stay take away from the choice, and what they leave to be met.
struct Whole {
    std::set<SiteId> sites;
    std::set<IspFamilyId> families;
    std::set<CountryCode> countries;
    int leads = 0;
    int missing_after = 0;  // copies that are missing once this one is placed
};

Whole whole_of(const State& state, const Demand& demand, const std::vector<NodeId>& staying) {
    Whole whole;
    whole.missing_after = demand.replicas - static_cast<int>(staying.size()) - 1;
    for (const NodeId& name : staying) {
        const Site& site = state.sites().at(state.nodes().at(name).site);
        whole.sites.insert(site.name);
        whole.families.insert(state.isps().at(site.isp).family);
        whole.countries.insert(site.country);
        whole.leads += site.host_class != HostClass::Open ? 1 : 0;
    }
    return whole;
}

// The rules in the order they are tried; a refusal names the last one that left nothing.
enum class Rule { Fits, Distinct, Countries, Leads };

std::optional<Rule> broken_rule(const Whole& whole, const Site& site, const IspFamilyId& family,
                                const Demand& demand) {
    if (whole.sites.contains(site.name)) return Rule::Distinct;
    if (!demand.allow_same_isp && whole.families.contains(family)) return Rule::Distinct;
    const int countries =
        static_cast<int>(whole.countries.size()) + (whole.countries.contains(site.country) ? 0 : 1);
    if (countries + whole.missing_after < demand.min_countries) return Rule::Countries;
    const int leads = whole.leads + (site.host_class != HostClass::Open ? 1 : 0);
    if (leads + whole.missing_after < leads_needed(demand)) return Rule::Leads;
    return std::nullopt;
}

Error refusal(const Demand& demand, const Whole& whole, Rule rule, bool full) {
    const auto refuse = [&](const char* name, int needed, std::size_t found,
                            const std::string& message) {
        return error(
            full ? ErrorCode::ResourceExhausted : ErrorCode::FailedPrecondition, message,
            {{"rule", name}, {"needed", std::to_string(needed)}, {"found", std::to_string(found)}});
    };
    switch (rule) {
        case Rule::Fits:
            return refuse("capacity", 1, 0, "no box can hold one more copy of this size");
        case Rule::Distinct:
            if (demand.allow_same_isp) {
                return refuse("distinct_sites", demand.replicas, whole.sites.size(),
                              "every site that could hold one more copy holds one already");
            }
            return refuse("distinct_isps", demand.replicas, whole.families.size(),
                          "every ISP that could hold one more copy holds one already");
        case Rule::Countries:
            return refuse("min_countries", demand.min_countries, whole.countries.size(),
                          "no box in a further country can hold one more copy");
        case Rule::Leads:
            return refuse("may_lead", leads_needed(demand), static_cast<std::size_t>(whole.leads),
                          "no further house or vetted box can hold one more copy");
    }
    CHECK(false);
}

}  // namespace

Result<NodeId> place_one(const State& state, const Demand& demand,
                         const std::vector<NodeId>& staying, const std::vector<NodeId>& avoid) {
    CHECK(static_cast<int>(staying.size()) < demand.replicas);
    const Whole whole = whole_of(state, demand, staying);
    Rule furthest = Rule::Fits;
    bool full = false;
    std::optional<std::pair<Utilisation, NodeId>> best;
    for (const auto& [name, node] : state.nodes()) {
        if (std::ranges::find(staying, name) != staying.end()) continue;
        if (std::ranges::find(avoid, name) != avoid.end()) continue;
        if (const auto excluded = exclusion_of(state, node, demand)) {
            full = full || *excluded == Exclusion::Capacity;
            continue;
        }
        const Site& site = state.sites().at(node.site);
        const IspFamilyId& family = state.isps().at(site.isp).family;
        if (const auto broken = broken_rule(whole, site, family, demand)) {
            furthest = std::max(furthest, *broken);
            continue;
        }
        const Utilisation after =
            utilisation(state.reserved_on(name) + demand.each, node.capacity.total);
        if (!best || std::tie(after, name) < std::tie(best->first, best->second))
            best = {after, name};
    }
    if (!best) return refusal(demand, whole, furthest, full);
    return best->second;
}

}  // namespace foyer::master
