// Where the copies of one order go: the exact choice, or the reasons why there is none.
//
// Rules, all hard: a copy needs an online box that fits it, in an allowed country; copies are on
// distinct sites and, unless relaxed, on distinct ISP families; in at least `min_countries`
// countries; at least two of them (one, if only one is ordered) on boxes that may lead (house or
// vetted); an edge holds no copies while it is an edge.
//
// Choice: guarded balance. Among the sets of families that obey the rules take the least-utilised,
// but never one after which two or more equal orders fewer would fit (spread.h: K* falls by more
// than one) while a set that costs only one exists. Inside a family the box that is least utilised
// afterwards. Deterministic: ties go by name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "master/domain/state.h"

namespace foyer::master {

struct Demand {
    Resources each;  // of every copy
    int replicas = 3;
    int min_countries = 1;
    std::set<CountryCode> countries;  // empty: anywhere
    bool allow_same_isp = false;
};

// Why a box cannot hold a copy of this order at all.
enum class Exclusion { NotOnline, Cordoned, Edge, Country, Capacity };

struct Placement {
    std::vector<NodeId> nodes;  // by replica index; the first may lead and is the founder
};

// A refusal is an Error with code FailedPrecondition or ResourceExhausted; its facts: rule, needed,
// found, and one "excluded_<reason>" with the boxes each (at most 20 names, then a count).
Result<Placement> place(const State& state, const Demand& demand);

// Boxes that may lead which a set needs: two, or one where only one copy is ordered.
int leads_needed(const Demand& demand);

std::optional<Exclusion> exclusion_of(const State& state, const Node& node, const Demand& demand);
std::map<NodeId, Exclusion> exclusions(const State& state, const Demand& demand);

std::string_view to_text(Exclusion exclusion);

}  // namespace foyer::master
