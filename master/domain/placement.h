// Where the copies of one order go: the exact choice, or the reasons why there is none.
//
// Rules, all hard: a copy needs an online box that fits it, by what is reserved
// and by the free disk it reported, in an allowed country, and whose host does not refuse it;
// copies are on
// distinct sites and, unless relaxed, on distinct ISP families; in at least `min_countries`
// countries; at least two of them (one, if only one is ordered) on boxes that may lead (house or
// vetted); an edge holds no copies while it is an edge.
//
// Choice: guarded balance among families (choice.h), and inside a family the box with the least
// score (score.h). Deterministic: ties go by the names of families and the numbers of boxes. Costs
// O(domains + R log boxes) for a size that the index keeps (slot_index.h).
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "master/domain/choice.h"
#include "master/domain/exclusion.h"
#include "master/domain/state.h"

namespace foyer::master {

struct Demand {
    Resources each;  // of every copy
    int replicas = 3;
    int min_countries = 1;
    std::set<CountryCode> countries;  // empty: anywhere
    bool allow_same_isp = false;
    TenantFacts tenant = {};  // what hosts may refuse
};

struct Placement {
    std::vector<NodeId> nodes;  // by replica index; the first may lead and is the founder
};

// A refusal is an Error with code FailedPrecondition or ResourceExhausted and a certificate in its
// details (refusal.h), as far as its reader may know it.
Result<Placement> place(const State& state, const Demand& demand, Reader reader = Reader::Operator);

// Boxes that may lead which a set needs: two, or one where only one copy is ordered.
int leads_needed(const Demand& demand);
Rules rules_of(const Demand& demand);

std::optional<Exclusion> exclusion_of(const State& state, const Node& node, const Demand& demand);
std::map<NodeId, Exclusion> exclusions(const State& state, const Demand& demand);

// What place() chooses from. Borrows the state.
class Offers {
public:
    Offers(const State& state, const Demand& demand);

    const Choices& choices() const { return choices_; }
    const SlotIndex::Box& box(const Option& option) const;
    const SlotIndex& index() const { return index_; }
    const SizeClass& size() const { return *size_; }
    // In an allowed country.
    bool inside(const SlotIndex::Ordered& entry) const {
        return allowed_[static_cast<std::size_t>(entry.country)] != 0;
    }
    // And of hosts that do not refuse it.
    bool allowed(const SlotIndex::Ordered& entry) const {
        return inside(entry) && !refuses(index_.key_of(entry.domain).refuses, demand_.tenant);
    }

private:
    class LikeDomains;
    void list_families();
    void merge(Option& option, int domain) const;
    void list_sites();
    void list_sites_of(const SlotIndex::Ordered& entry, LikeDomains& boxes);

    std::shared_ptr<const SlotIndex> kept_;
    const SlotIndex& index_;
    const Demand& demand_;
    SizeClass counted_;  // where the index does not keep the size
    const SizeClass* size_;
    std::vector<char> allowed_;  // by country
    Choices choices_;
};

// Options of a chosen set in the order of replicas: those that may lead first, then by score.
std::vector<int> in_replica_order(const Offers& offers, std::vector<int> picked);

}  // namespace foyer::master
