// Why the copies of an order are where they are, or would be: place() with its reasons shown.
//
// Bounded: names of at most listed_max boxes that were not taken, of the first 2,000 by name; the
// counts are exact.
#pragma once

#include <optional>
#include <vector>

#include "master/domain/chain.h"
#include "master/domain/placement.h"

namespace foyer::master {

// Why a box was not taken.
enum class NotChosen {
    NotOnline,
    Cordoned,
    Paused,
    Line,
    Worn,
    Edge,
    Country,
    RefusedByHost,
    Capacity,
    DiskLow,
    SameIsp,    // its ISP (or site, where ISPs are relaxed) holds a copy already
    Guarded,    // less used, but its ISP is small: with it, fewer later orders would fit
    Outranked,  // others are used less
};

struct ExplainedBox {
    NodeId node;
    SiteId site;
    IspFamilyId family;
    CountryCode country;
    bool may_lead = false;
    Score score = 0;             // with the copy; the least wins
    Utilisation family_use = 0;  // of its family in the allowed countries, for this size
};

struct NotChosenBox {
    NodeId node;
    NotChosen why = NotChosen::Outranked;
};

struct Explanation {
    std::vector<ExplainedBox> chosen;      // by replica index
    std::vector<ExplainedBox> runners_up;  // best first, one a family, at most runners_up_max
    std::map<NotChosen, std::int64_t> not_chosen;
    std::vector<NotChosenBox> listed;  // by name
    std::int64_t orders_left = 0;      // equal orders that still fit beside this one (K*)
    static constexpr std::size_t runners_up_max = 5;
    static constexpr std::size_t listed_max = 100;
};

// Where place() would put it, or its refusal.
Result<Explanation> explain(const State& state, const Demand& demand);
// Of an instance whose copies are in the state.
Explanation explain(const State& state, const Instance& instance);

Demand demand_of(const State& state, const Instance& instance);

std::string_view to_text(NotChosen why);

}  // namespace foyer::master
