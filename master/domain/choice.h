// Which units get a copy of one order: the exact choice, in numbers alone.
//
// A *unit* takes at most one copy: an ISP family, or a site where the order relaxes the ISPs. It
// offers *options*: its best box of each (country, may lead). A set of `replicas` options of
// distinct units obeys the rules when it is in `min_countries` countries and `leads` of it may
// lead.
//
// Guarded balance (common/docs/placement.md): the least used units, but never a set after which two
// or more equal orders fewer would fit while one exists that costs only one. With K' = K* - 1 and
// *small* the units with at most K' slots, a set is cheap if and only if
//   - it has at most sum min(C, K') - R*K' small units, and
//   - where countries count, its small units take from sum_c min(F_c, K') at most what is above
//     Z*K'; up to F_c - K' small units of country c take nothing.
// So both are capacities of gates in a flow, and nothing is searched by trial.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "master/domain/flow.h"
#include "master/domain/score.h"

namespace foyer::master {

struct Unit {
    std::int64_t slots = 0;     // > 0
    std::int64_t capacity = 0;  // slots if it were empty
    int first = 0;              // options of this unit: `first` and the next `options`
    int options = 0;
    std::int64_t boxes = 0;  // with a free slot, as far as they are listed
};

struct Option {
    int unit = 0;
    int country = 0;
    bool may_lead = false;
    Score score = 0;
    std::int64_t slots = 0;  // of the unit, in this domain
    // What the caller needs to find the box.
    int domain = 0;
    std::int64_t leaf = 0;
};

struct Choices {
    std::vector<Unit> units;  // in the order of names, which breaks ties
    std::vector<Option> options;
    int countries = 0;
    // False: only some of the units are listed, so what would fit later cannot be counted.
    bool complete = true;
};

struct Rules {
    int replicas = 1;
    int min_countries = 1;
    int leads = 1;
};

Utilisation use_of(const Unit& unit);

// Numbers of options, one a copy; nothing when no set obeys the rules.
std::optional<std::vector<int>> choose(const Choices& choices, const Rules& rules);

// What one more order may take without costing more than itself.
struct Guard {
    std::int64_t orders = 0;          // K*
    std::int64_t small_max = 0;       // small units in the set
    std::int64_t paid_max = 0;        // of these, beyond what their countries have to spare
    std::vector<std::int64_t> spare;  // by country: small units that take nothing
    bool small(const Unit& unit) const { return unit.slots < orders; }
};

Guard guard_of(const Choices& choices, const Rules& rules);

// The graph of one order: units that go through `small` gates where guarded, countries, and at most
// replicas - min_countries copies beyond the first of a country.
struct OrderFlow {
    MinCostFlow graph{0};
    int source = 0;
    int sink = 0;
    int extra = 0;
    std::vector<int> country_nodes;
    std::vector<int> unit_outs;    // where a unit's options begin; -1: not a candidate
    std::vector<int> option_arcs;  // by option; -1: not a candidate
};

struct FlowShape {
    const Guard* guard = nullptr;  // null: any set that obeys the rules
    std::int64_t open_cost = 0;    // what a box that may not lead costs more
    bool balance = true;           // use and score cost, too; only options that can matter
};

OrderFlow order_flow(const Choices& choices, const Rules& rules, const FlowShape& shape);

}  // namespace foyer::master
