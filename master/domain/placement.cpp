#include "master/domain/placement.h"

#include <algorithm>
#include <compare>
#include <functional>
#include <limits>
#include <set>

#include "master/domain/slots.h"
#include "master/domain/spread.h"

namespace foyer::master {
namespace {

struct Box {
    NodeId name;
    SiteId site;
    bool may_lead = false;
    std::int64_t slots = 0;  // copies of this size that still fit
    Utilisation after = 0;   // of its scarcest resource, once it holds one more copy
};

// The boxes of one family in one country: where at most one copy of an order goes (when ISPs must
// differ). With relaxed ISPs a domain is a site instead: the same code, other keys.
struct Domain {
    std::string key;
    CountryCode country;
    std::vector<Box> boxes;  // best first
    std::int64_t slots = 0;
    std::int64_t capacity = 0;  // slots if it were empty
    bool may_lead = false;

    Utilisation utilisation() const {
        return capacity == 0 ? full_use : full_use - slots * full_use / capacity;
    }
};

// Boxes that could hold a copy, grouped by domain. Full boxes count for the domain's capacity, so
// that its utilisation is true.
std::vector<Domain> domains_of(const State& state, const Demand& demand) {
    std::map<std::pair<std::string, CountryCode>, Domain> grouped;
    for (const auto& [name, node] : state.nodes()) {
        const std::optional<Exclusion> excluded = exclusion_of(state, node, demand);
        if (excluded && *excluded != Exclusion::Capacity) continue;
        const Site& site = state.sites().at(node.site);
        const std::string key =
            demand.allow_same_isp ? site.name.str() : state.isps().at(site.isp).family.str();
        Domain& domain = grouped[{key, site.country}];
        domain.key = key;
        domain.country = site.country;
        const Resources& used = state.reserved_on(name);
        domain.capacity += slots_in(node.capacity.total, demand.each);
        if (excluded) continue;
        Box box{name, site.name, site.host_class != HostClass::Open,
                slots_in(node.capacity.total - used, demand.each),
                utilisation(used + demand.each, node.capacity.total)};
        domain.slots += box.slots;
        domain.may_lead = domain.may_lead || box.may_lead;
        domain.boxes.push_back(std::move(box));
    }
    std::vector<Domain> domains;
    for (auto& [key, domain] : grouped) {
        if (domain.boxes.empty()) continue;
        std::ranges::sort(domain.boxes, [](const Box& a, const Box& b) {
            return std::tie(a.after, a.name) < std::tie(b.after, b.name);
        });
        domains.push_back(std::move(domain));
    }
    return domains;
}

using Order = std::function<bool(const Domain&, const Domain&)>;

bool less_utilised(const Domain& a, const Domain& b) {
    return std::forward_as_tuple(a.utilisation(), -a.slots, a.key, a.country) <
           std::forward_as_tuple(b.utilisation(), -b.slots, b.key, b.country);
}

bool more_room(const Domain& a, const Domain& b) {
    return std::forward_as_tuple(-a.slots, a.utilisation(), a.key, a.country) <
           std::forward_as_tuple(-b.slots, b.utilisation(), b.key, b.country);
}

// The best domains of each (country, may lead) class, in the given order. A set that obeys the
// rules can swap each member for a better one of its class, so `replicas` of a class (and as many
// again, for families that are in several countries) are all that can matter.
std::vector<const Domain*> candidates(const std::vector<Domain>& domains, const Demand& demand,
                                      const Order& better) {
    std::vector<const Domain*> sorted;
    for (const Domain& domain : domains) sorted.push_back(&domain);
    std::ranges::sort(sorted, [&](const Domain* a, const Domain* b) { return better(*a, *b); });
    std::map<std::pair<CountryCode, bool>, int> taken;
    std::vector<const Domain*> kept;
    for (const Domain* domain : sorted) {
        if (taken[{domain->country, domain->may_lead}]++ < 2 * demand.replicas)
            kept.push_back(domain);
    }
    return kept;
}

// Depth-first over the candidates in order: complete sets, until `accept` takes one. Bounded by
// `tries`.
class Search {
public:
    Search(const Demand& demand, std::vector<const Domain*> candidates)
        : demand_(demand), candidates_(std::move(candidates)) {}

    // Shows each complete set to `accept` until it takes one.
    void each(const std::function<bool(const std::vector<const Domain*>&)>& accept) {
        tries_left_ = tries_max;
        chosen_.clear();
        descend(0, accept);
    }

private:
    static constexpr int tries_max = 200'000;

    bool can_still_obey(std::size_t from) const {
        const auto missing = static_cast<std::size_t>(demand_.replicas) - chosen_.size();
        return candidates_.size() - from >= missing && obeys_with(missing);
    }

    // Whether the chosen obey the rules once `more` ideal ones, each leading and in a country of
    // its own, are added.
    bool obeys_with(std::size_t more) const {
        std::set<CountryCode> countries;
        int leads = 0;
        for (const Domain* domain : chosen_) {
            countries.insert(domain->country);
            leads += domain->may_lead ? 1 : 0;
        }
        return leads + static_cast<int>(more) >= leads_needed(demand_) &&
               static_cast<int>(countries.size() + more) >= demand_.min_countries;
    }

    bool descend(std::size_t from,
                 const std::function<bool(const std::vector<const Domain*>&)>& accept) {
        if (tries_left_-- <= 0) return false;
        if (static_cast<int>(chosen_.size()) == demand_.replicas)
            return obeys_with(0) && accept(chosen_);
        for (std::size_t at = from; at < candidates_.size(); ++at) {
            if (!can_still_obey(at)) return false;
            const Domain* domain = candidates_[at];
            const bool used = std::ranges::any_of(
                chosen_, [&](const Domain* other) { return other->key == domain->key; });
            if (used) continue;
            chosen_.push_back(domain);
            if (descend(at + 1, accept)) return true;
            chosen_.pop_back();
        }
        return false;
    }

    const Demand& demand_;
    std::vector<const Domain*> candidates_;
    std::vector<const Domain*> chosen_;
    int tries_left_ = 0;
};

std::int64_t orders_left(const std::vector<Domain>& domains, const Demand& demand,
                         const std::vector<const Domain*>& without) {
    std::vector<FamilySlots> slots;
    std::map<CountryCode, int> numbers;
    for (const Domain& domain : domains) {
        const int number =
            numbers.try_emplace(domain.country, static_cast<int>(numbers.size())).first->second;
        const bool taken = std::ranges::find(without, &domain) != without.end();
        slots.push_back({number, domain.slots - (taken ? 1 : 0)});
    }
    return orders_max(slots, {demand.replicas, demand.min_countries});
}

using Set = std::vector<const Domain*>;

// The first cheap set in the given order, or the first set at all where no cheap one is near.
struct Found {
    std::optional<Set> any;
    bool cheap = false;
};

Found search(const std::vector<Domain>& domains, const Demand& demand, const Order& better,
             std::int64_t before) {
    // Looking at every set costs too much in a big world; a few dozen in order of balance find a
    // cheap one almost always.
    constexpr int sets_max = 64;
    Found found;
    int looked_at = 0;
    const auto accept = [&](const Set& set) {
        found.cheap = orders_left(domains, demand, set) >= before - 1;
        if (!found.any || found.cheap) found.any = set;
        return found.cheap || ++looked_at >= sets_max;
    };
    Search(demand, candidates(domains, demand, better)).each(accept);
    return found;
}

std::optional<Set> choose(const std::vector<Domain>& domains, const Demand& demand) {
    const std::int64_t before = orders_left(domains, demand, {});
    Found balanced = search(domains, demand, less_utilised, before);
    if (balanced.cheap) return balanced.any;
    // The largest residuals first: costs exactly one order where countries do not bind.
    Found roomy = search(domains, demand, more_room, before);
    return roomy.cheap ? roomy.any : balanced.any;
}

// One box a domain; where the order still needs boxes that may lead, the best of those.
Placement boxes_of(const std::vector<const Domain*>& chosen, const Demand& demand) {
    std::vector<const Box*> picked;
    int leads = 0;
    // Domains whose best box may lead anyway come first, so that only as many others as needed are
    // bent to their best leading box.
    for (const Domain* domain : chosen) {
        picked.push_back(&domain->boxes.front());
        leads += picked.back()->may_lead ? 1 : 0;
    }
    for (std::size_t i = 0; i < chosen.size() && leads < leads_needed(demand); ++i) {
        if (picked[i]->may_lead || !chosen[i]->may_lead) continue;
        picked[i] =
            &*std::ranges::find_if(chosen[i]->boxes, [](const Box& box) { return box.may_lead; });
        ++leads;
    }
    std::ranges::stable_sort(picked, [](const Box* a, const Box* b) {
        return std::forward_as_tuple(!a->may_lead, a->after, a->name) <
               std::forward_as_tuple(!b->may_lead, b->after, b->name);
    });
    Placement placement;
    for (const Box* box : picked) placement.nodes.push_back(box->name);
    return placement;
}

std::string listed(const std::vector<NodeId>& names) {
    constexpr std::size_t shown_max = 20;
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < shown_max; ++i)
        text += (i == 0 ? "" : ",") + names[i].str();
    if (names.size() > shown_max)
        text += " and " + std::to_string(names.size() - shown_max) + " more";
    return text;
}

std::size_t distinct(const std::vector<Domain>& domains, auto key, auto wanted) {
    std::set<std::string> keys;
    for (const Domain& domain : domains) {
        if (wanted(domain)) keys.insert(key(domain));
    }
    return keys.size();
}

Error refusal(const State& state, const Demand& demand, const std::vector<Domain>& domains) {
    const std::string kind = demand.allow_same_isp ? "site" : "ISP";
    const auto any = [](const Domain&) { return true; };
    const auto key = [](const Domain& domain) { return domain.key; };
    const std::size_t families = distinct(domains, key, any);
    const std::size_t countries =
        distinct(domains, [](const Domain& domain) { return domain.country.str(); }, any);
    const std::size_t leading =
        distinct(domains, key, [](const Domain& domain) { return domain.may_lead; });
    std::string rule = "combination";
    std::string message =
        "no set of " + std::to_string(demand.replicas) + " boxes obeys all rules together";
    std::pair<std::size_t, std::size_t> gap{0, 0};
    const auto short_of = [&](const char* name, std::size_t found, int needed,
                              const std::string& what) {
        if (rule != "combination" || found >= static_cast<std::size_t>(needed)) return;
        rule = name;
        gap = {static_cast<std::size_t>(needed), found};
        message = "the order needs " + std::to_string(needed) + " " + what + "; " +
                  std::to_string(found) + " can hold a copy";
    };
    short_of(demand.allow_same_isp ? "distinct_sites" : "distinct_isps", families, demand.replicas,
             "distinct " + kind + "s");
    short_of("min_countries", countries, demand.min_countries, "distinct countries");
    short_of("may_lead", leading, leads_needed(demand), kind + "s with a house or vetted box");
    Error why = error(ErrorCode::FailedPrecondition, message, {{"rule", rule}});
    if (rule != "combination") {
        why.details.push_back({"needed", std::to_string(gap.first)});
        why.details.push_back({"found", std::to_string(gap.second)});
    }
    std::map<Exclusion, std::vector<NodeId>> excluded;
    for (const auto& [node, reason] : exclusions(state, demand)) excluded[reason].push_back(node);
    std::string reasons;
    for (const auto& [reason, nodes] : excluded) {
        why.details.push_back({"excluded_" + std::string(to_text(reason)), listed(nodes)});
        if (reason == Exclusion::Edge) continue;
        reasons += (reasons.empty() ? "" : ", ") + std::to_string(nodes.size()) + " by " +
                   std::string(to_text(reason));
        if (reason == Exclusion::Capacity && rule != "combination")
            why.code = ErrorCode::ResourceExhausted;
    }
    if (!reasons.empty()) why.message += " (boxes excluded: " + reasons + ")";
    return why;
}

}  // namespace

std::string_view to_text(Exclusion exclusion) {
    switch (exclusion) {
        case Exclusion::NotOnline: return "not_online";
        case Exclusion::Cordoned: return "cordoned";
        case Exclusion::Edge: return "edge";
        case Exclusion::Country: return "country";
        case Exclusion::Capacity: return "capacity";
    }
    CHECK(false);
}

int leads_needed(const Demand& demand) { return std::min(2, demand.replicas); }

std::optional<Exclusion> exclusion_of(const State& state, const Node& node, const Demand& demand) {
    if (node.edge) return Exclusion::Edge;
    if (node.state != NodeState::Online) return Exclusion::NotOnline;
    if (node.wish != NodeWish::Open) return Exclusion::Cordoned;
    if (!demand.countries.empty() &&
        !demand.countries.contains(state.sites().at(node.site).country))
        return Exclusion::Country;
    const Resources room = node.capacity.total - state.reserved_on(node.name);
    if (!demand.each.fits_into(room)) return Exclusion::Capacity;
    return std::nullopt;
}

std::map<NodeId, Exclusion> exclusions(const State& state, const Demand& demand) {
    std::map<NodeId, Exclusion> excluded;
    for (const auto& [name, node] : state.nodes()) {
        if (const auto reason = exclusion_of(state, node, demand)) excluded.emplace(name, *reason);
    }
    return excluded;
}

Result<Placement> place(const State& state, const Demand& demand) {
    CHECK(demand.replicas >= 1 && demand.min_countries >= 1 &&
          demand.min_countries <= demand.replicas);
    const std::vector<Domain> domains = domains_of(state, demand);
    const auto chosen = choose(domains, demand);
    if (!chosen) return refusal(state, demand, domains);
    return boxes_of(*chosen, demand);
}

}  // namespace foyer::master
