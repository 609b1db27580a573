// Moves of other copies that would make room for an order which is refused.
//
// An augmenting chain: a standby of another instance leaves a full ISP family for one that still
// has room, or for a place another standby leaves in turn; each chain frees one place, and with it
// the order needs one less. Only copies move that do not lead and whose instance has a leader and
// is wanted; every instance obeys its own rules after each move. The search goes breadth first
// over domains, so each chain is as short as any.
//
// Complete for equal sizes without countries and host classes: when `moves_max` allows and moves of
// copies that do not lead can make the order fit, they are found (common/docs/placement.md). In
// other cases what is found is right, but something may be missed. Orders with relaxed ISPs get no
// offer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "master/domain/placement.h"

namespace foyer::master {

struct Move {
    ReplicaKey replica;
    NodeId from;
    NodeId to;
    friend bool operator==(const Move&, const Move&) = default;
};

struct ChainLimits {
    int moves_max = 3;
    // A refusal must stay cheap: only so many copies, in the order of instances, are looked at.
    std::size_t replicas_looked_at_max = 5'000;
};

// In the order in which they can be done one by one; nothing when there is no such chain.
std::optional<std::vector<Move>> find_moves(const State& state, const Demand& demand,
                                            const Offers& offers, const ChainLimits& limits = {});

std::string to_text(const Move& move);  // "acme/1 from lille-1 to gent-2"

}  // namespace foyer::master
