#include "master/domain/placement.h"

#include <algorithm>
#include <tuple>

#include "common/base/check.h"
#include "master/domain/refusal.h"
#include "master/domain/refusing.h"

namespace foyer::master {
namespace {

std::size_t at(int number) { return static_cast<std::size_t>(number); }

// With relaxed ISPs every site is a unit of its own. Up to so many all are looked at and guarded;
// beyond, one order takes too little of so many sites to strand another, and the best boxes are
// enough.
constexpr std::int64_t sites_listed_max = 512;

// For an order that neither of them refuses, their boxes differ in nothing.
bool is_like(const DomainKey& one, const DomainKey& other) {
    return one.family == other.family && one.country == other.country &&
           one.may_lead == other.may_lead;
}

}  // namespace

// The boxes of domains that are alike, the best first, as if they were of one.
class Offers::LikeDomains {
public:
    explicit LikeDomains(const SizeClass& size) : size_(size) {}

    struct Found {
        WinnerTree::Key key = 0;
        int domain = 0;
        std::size_t leaf = 0;
    };
    void add(int domain) {
        lists_.push_back({domain, WinnerTree::InOrder(size_.domains[at(domain)].best)});
        advance(lists_.size() - 1);
    }
    std::optional<Found> next() {
        if (heads_.empty()) return std::nullopt;
        const auto [found, list] = heads_.begin()->second;
        heads_.erase(heads_.begin());
        advance(list);
        return found;
    }

private:
    void advance(std::size_t list) {
        const auto next = lists_[list].boxes.next();
        if (!next) return;
        const Found found{next->first, lists_[list].domain, next->second};
        heads_.emplace(next->first, std::pair(found, list));
    }

    struct List {
        int domain = 0;
        WinnerTree::InOrder boxes;
    };
    const SizeClass& size_;
    std::vector<List> lists_;
    std::map<WinnerTree::Key, std::pair<Found, std::size_t>> heads_;
};

Offers::Offers(const State& state, const Demand& demand)
    : kept_(state.slots()), index_(*kept_), demand_(demand), size_(index_.find(demand.each)) {
    if (size_ == nullptr) {
        counted_ = index_.count(demand.each);
        size_ = &counted_;
    }
    choices_.countries = static_cast<int>(index_.countries().size());
    for (const CountryCode& country : index_.countries())
        allowed_.push_back(demand.countries.empty() || demand.countries.contains(country) ? 1 : 0);
    if (demand.allow_same_isp) {
        list_sites();
    } else {
        list_families();
    }
}

const SlotIndex::Box& Offers::box(const Option& option) const {
    if (option.leaf >= 0)
        return index_.box_at(option.domain, static_cast<std::size_t>(option.leaf));
    WinnerTree::InOrder best(size_->domains[at(option.domain)].best);
    return index_.box_at(option.domain, best.next()->second);
}

void Offers::list_families() {
    choices_.units.reserve(at(index_.families()));
    choices_.options.reserve(index_.in_order().size());
    int family = -1;
    for (const SlotIndex::Ordered& entry : index_.in_order()) {
        if (!allowed(entry)) continue;
        const DomainSlots& domain = size_->domains[at(entry.domain)];
        if (entry.family != family) {
            // The one before had no room at all.
            if (!choices_.units.empty() && choices_.units.back().slots == 0)
                choices_.units.pop_back();
            family = entry.family;
            choices_.units.push_back({0, 0, static_cast<int>(choices_.options.size()), 0});
        }
        Unit& unit = choices_.units.back();
        unit.slots += domain.slots;
        unit.capacity += domain.capacity;
        if (domain.fitting == 0) continue;
        unit.boxes += domain.fitting;
        if (unit.options > 0 &&
            is_like(index_.key_of(choices_.options.back().domain), index_.key_of(entry.domain))) {
            merge(choices_.options.back(), entry.domain);
            continue;
        }
        ++unit.options;
        choices_.options.push_back({static_cast<int>(choices_.units.size()) - 1, entry.country,
                                    index_.key_of(entry.domain).may_lead,
                                    SlotIndex::score_in(domain.best.best()), domain.slots,
                                    entry.domain, -1});
    }
    if (!choices_.units.empty() && choices_.units.back().slots == 0) choices_.units.pop_back();
}

// As if the boxes of both were of one domain: the best of all stands for them.
void Offers::merge(Option& option, int domain) const {
    const DomainSlots& more = size_->domains[at(domain)];
    option.slots += more.slots;
    const WinnerTree::Key best = more.best.best();
    if (best >= size_->domains[at(option.domain)].best.best()) return;
    option.domain = domain;
    option.score = SlotIndex::score_in(best);
}

void Offers::list_sites() {
    std::int64_t fitting = 0;
    for (const SlotIndex::Ordered& entry : index_.in_order()) {
        if (allowed(entry)) fitting += size_->domains[at(entry.domain)].fitting;
    }
    choices_.complete = fitting <= sites_listed_max;
    const auto entries = index_.in_order();
    for (std::size_t i = 0; i < entries.size();) {
        LikeDomains boxes(*size_);
        const std::size_t first = i;
        for (; i < entries.size() &&
               is_like(index_.key_of(entries[first].domain), index_.key_of(entries[i].domain));
             ++i) {
            if (allowed(entries[i])) boxes.add(entries[i].domain);
        }
        list_sites_of(entries[first], boxes);
    }
}

void Offers::list_sites_of(const SlotIndex::Ordered& entry, LikeDomains& boxes) {
    std::map<int, int> units;  // by site, which lies in one domain, or in several that are alike
    while (const auto next = boxes.next()) {
        const SlotIndex::Box& box = index_.box_at(next->domain, next->leaf);
        const std::int64_t slots = SlotIndex::free_slots(box, demand_.each);
        const int fresh = static_cast<int>(choices_.units.size());
        const auto [known, added] = units.try_emplace(box.site, fresh);
        if (added) {
            // A set has at most as many sites of one domain as it has copies.
            if (!choices_.complete && static_cast<int>(units.size()) > demand_.replicas) break;
            choices_.units.push_back({0, 0, static_cast<int>(choices_.options.size()), 1});
            choices_.options.push_back({fresh, entry.country, index_.key_of(next->domain).may_lead,
                                        SlotIndex::score_in(next->key), 0, next->domain,
                                        static_cast<std::int64_t>(next->leaf)});
        }
        Unit& unit = choices_.units[at(known->second)];
        unit.slots += slots;
        ++unit.boxes;
        unit.capacity += slots_in(box.total, demand_.each);
        choices_.options[at(unit.first)].slots = unit.slots;
    }
}

int leads_needed(const Demand& demand) { return std::min(2, demand.replicas); }

Rules rules_of(const Demand& demand) {
    return {demand.replicas, demand.min_countries, leads_needed(demand)};
}

std::optional<Exclusion> exclusion_of(const State& state, const Node& node, const Demand& demand) {
    if (const auto excluded = exclusion_of(node)) return excluded;
    if (!demand.countries.empty() &&
        !demand.countries.contains(state.sites().at(node.site).country))
        return Exclusion::Country;
    if (refuses(refusals_of(node), demand.tenant)) return Exclusion::RefusedByHost;
    const Resources room = node.capacity - state.reserved_on(node.name);
    if (slots_in(room, demand.each) == 0) return Exclusion::Capacity;
    if (node.disk_free && *node.disk_free < demand.each.disk) return Exclusion::DiskLow;
    return std::nullopt;
}

std::map<NodeId, Exclusion> exclusions(const State& state, const Demand& demand) {
    std::map<NodeId, Exclusion> excluded;
    for (const auto& [name, node] : state.nodes()) {
        if (const auto reason = exclusion_of(state, node, demand)) excluded.emplace(name, *reason);
    }
    return excluded;
}

std::vector<int> in_replica_order(const Offers& offers, std::vector<int> picked) {
    const auto rank = [&](int number) {
        const Option& option = offers.choices().options[at(number)];
        return std::tuple(!option.may_lead, option.score, number);
    };
    std::ranges::sort(picked, std::ranges::less(), rank);
    return picked;
}

Result<Placement> place(const State& state, const Demand& demand, Reader reader) {
    CHECK(demand.replicas >= 1 && demand.min_countries >= 1 &&
          demand.min_countries <= demand.replicas);
    const Offers offers(state, demand);
    auto picked = choose(offers.choices(), rules_of(demand));
    if (!picked) return refusal(state, demand, offers, reader);
    Placement placement;
    for (const int number : in_replica_order(offers, *std::move(picked)))
        placement.nodes.push_back(offers.box(offers.choices().options[at(number)]).name);
    return placement;
}

}  // namespace foyer::master
