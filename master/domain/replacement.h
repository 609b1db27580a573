// Where one further copy of an instance goes, whose other copies stay where they are: for a copy
// that is lost, drained or moved.
//
// The rules are those of placement.h, taken over the whole set: the new box is on another site and,
// unless relaxed, of another ISP family than every box in `staying`; in an allowed country; and
// with it the set can still reach `min_countries` countries and its boxes that may lead, counting
// each copy that is then still missing (demand.replicas - staying - 1 of them) as an ideal one. The
// box with the least score (placement.h) wins. Boxes in `avoid` are never taken, nor those in
// `staying`, whatever their state. The box `leaving` holds a copy until this one is there: its site
// and ISP family are taken like those that stay, and it counts for nothing else.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "common/base/result.h"
#include "master/domain/placement.h"

namespace foyer::master {

// Which domains a copy may go to, and in what order: the least wins, then the least score. Nothing:
// not there. No function: anywhere, by score alone.
using Preference = std::function<std::optional<Utilisation>(const DomainKey&)>;

// A refusal has code FailedPrecondition or ResourceExhausted and the facts `rule`, `needed`,
// `found` as place() gives them. `staying` must be fewer than demand.replicas, and known nodes.
Result<NodeId> place_one(const State& state, const Demand& demand,
                         const std::vector<NodeId>& staying, const std::vector<NodeId>& avoid,
                         const std::optional<NodeId>& leaving = std::nullopt,
                         const Preference& prefer = {});

}  // namespace foyer::master
