// What a home has earned by being there: a monthly sum, by the share of the month in which it is
// proven by recorded events that one of its boxes was heard of.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "common/base/units.h"
#include "master/domain/rows.h"

namespace foyer::master {

// Kinds of events that say that a box came, or went.
inline constexpr std::array<std::string_view, 3> came_kinds{"node_online", "node_back",
                                                            "node_returned"};
inline constexpr std::array<std::string_view, 4> went_kinds{"node_silent", "node_lost",
                                                            "node_deleted", "node_left"};

struct Span {
    WallTime from;
    WallTime to;  // exclusive
    friend bool operator==(const Span&, const Span&) = default;
};

// "2026-11", in UTC. InvalidArgument.
Result<Span> month_of(std::string_view text);

// Of all that happened to a name, what happened to the box that was deleted, or left, at `gone_at`;
// absent: to the one that has the name now. The others may have stood elsewhere.
std::vector<Event> life_of(std::vector<Event> events, std::optional<WallTime> gone_at);

// When one box was heard of, within a span; of its events, oldest first, from before the span on. A
// box counts from its first Sync, and until it was found silent: the time it takes to find that is
// the operator's. While the master itself is away nobody is found silent.
std::vector<Span> heard_spans(const std::vector<Event>& events, const Span& within);

// Of several boxes of one home: one of them is enough.
Duration covered(std::vector<Span> spans);

// Rounded down to whole cents. `monthly` up to prices.h's cents_max.
Cents earned(Cents monthly, Duration up, const Span& month);

}  // namespace foyer::master
