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

Whole whole_of(const State& state, const Demand& demand, const std::vector<NodeId>& staying,
               const std::optional<NodeId>& leaving) {
    Whole whole;
    whole.missing_after = demand.replicas - static_cast<int>(staying.size()) - 1;
    for (const NodeId& name : staying) {
        const Site& site = state.sites().at(state.nodes().at(name).site);
        whole.sites.insert(site.name);
        whole.families.insert(state.isps().at(site.isp).family);
        whole.countries.insert(site.country);
        whole.leads += site.host_class != HostClass::Open ? 1 : 0;
    }
    if (leaving) {
        const Site& site = state.sites().at(state.nodes().at(*leaving).site);
        whole.sites.insert(site.name);
        whole.families.insert(state.isps().at(site.isp).family);
    }
    return whole;
}

// The rules in the order they are tried; a refusal names the last one that left nothing.
enum class Rule { Fits, Site, Isp, Countries, Leads };

std::optional<Rule> broken_rule(const Whole& whole, const SiteId& site, const DomainKey& domain,
                                const Demand& demand) {
    if (!demand.allow_same_isp && whole.families.contains(domain.family)) return Rule::Isp;
    const int countries = static_cast<int>(whole.countries.size()) +
                          (whole.countries.contains(domain.country) ? 0 : 1);
    if (countries + whole.missing_after < demand.min_countries) return Rule::Countries;
    const int leads = whole.leads + (domain.may_lead ? 1 : 0);
    if (leads + whole.missing_after < leads_needed(demand)) return Rule::Leads;
    if (whole.sites.contains(site)) return Rule::Site;
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
        case Rule::Site:
            return refuse("distinct_sites", demand.replicas, whole.sites.size(),
                          "every site that could hold one more copy holds one already");
        case Rule::Isp:
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
                         const std::vector<NodeId>& staying, const std::vector<NodeId>& avoid,
                         const std::optional<NodeId>& leaving, const Preference& prefer) {
    CHECK(static_cast<int>(staying.size()) < demand.replicas);
    const Whole whole = whole_of(state, demand, staying, leaving);
    const Offers offers(state, demand);
    const SlotIndex& index = offers.index();
    Rule furthest = Rule::Fits;
    bool full = false;
    std::optional<std::pair<Utilisation, WinnerTree::Key>> best;
    NodeId taken;
    for (const SlotIndex::Ordered& entry : index.in_order()) {
        if (!offers.allowed(entry)) continue;
        const auto order =
            prefer ? prefer(index.key_of(entry.domain)) : std::optional<Utilisation>(0);
        if (!order) continue;
        const DomainSlots& domain = offers.size().domains[static_cast<std::size_t>(entry.domain)];
        full = full || domain.fitting + domain.disk_low < index.boxes_of(entry.domain);
        WinnerTree::InOrder boxes(domain.best);
        while (const auto next = boxes.next()) {
            const NodeId& name = index.box_at(entry.domain, next->second).name;
            if (std::ranges::find(staying, name) != staying.end()) continue;
            if (std::ranges::find(avoid, name) != avoid.end()) continue;
            const auto broken =
                broken_rule(whole, state.nodes().at(name).site, index.key_of(entry.domain), demand);
            if (broken) furthest = std::max(furthest, *broken);
            // Only the site is a box's own; every other rule speaks of the whole domain.
            if (broken == Rule::Site) continue;
            const std::pair found(*order, next->first);
            if (!broken && (!best || found < *best)) {
                best = found;
                taken = name;
            }
            break;
        }
    }
    if (!best) return refusal(demand, whole, furthest, full);
    return taken;
}

}  // namespace foyer::master
