// Rebalancing: which copy moves where, so that the homes there are carry their share.
//
// New boxes fill by themselves only with new orders and repairs. A rebalancing moves standbys, one
// by one and each through a learner (membership.h), so that at no moment an instance has fewer
// copies, less diversity, or a box more than it offers. A move is worth it when, in this order:
//
//   spread   copies of an instance whose order allows one ISP twice come onto distinct ISPs
//   family   a copy leaves an ISP family for one that, with the copy, is still used less than the
//            first was with it; and likewise the two boxes
//   box      the same between two boxes of one family
//
// Each move makes the number of shared ISPs smaller, or else the families' use, sorted from the
// most used, or else the boxes' use smaller in lexicographic order, and none of the earlier ones
// larger: so it ends, may be stopped after any move, and no move makes anything worse. Use is that
// of the scarcest resource (slots.h) of the boxes that are online and open.
//
// Only standbys move that are well, of an instance that serves and is whole. One call costs
// O(boxes) and looks at no more than looked_at_max copies, those on the most used families and
// boxes first.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "master/domain/slots.h"
#include "master/domain/state.h"

namespace foyer::master {

enum class Gain { Spread, Family, Box };

struct BalanceMove {
    ReplicaKey replica;
    NodeId from;
    NodeId to;
    Gain gain = Gain::Family;
    friend bool operator==(const BalanceMove&, const BalanceMove&) = default;
};

struct BalanceLimits {
    Utilisation margin = 10'000;  // a difference of 1 % is left alone
    std::size_t looked_at_max = 2'000;
};

// How evenly the boxes are used that are online and open.
struct Balance {
    IspFamilyId family;  // the most used one; empty: no boxes
    Utilisation family_most = 0;
    Utilisation mean = 0;  // of all boxes together
    NodeId node;           // the most used box
    Utilisation node_most = 0;
    std::int64_t shared_isps = 0;  // copies that share an ISP family with another one of theirs
    friend bool operator==(const Balance&, const Balance&) = default;
};

Balance balance_of(const State& state);

// The best next move; nothing when there is none that is worth it. Copies in `left_alone` stay, and
// nothing is copied from or to boxes in `busy`.
std::optional<BalanceMove> next_move(const State& state, const std::set<ReplicaKey>& left_alone,
                                     const std::vector<NodeId>& busy,
                                     const BalanceLimits& limits = {});

// What a rebalancing would do if nothing else happened, and how it would be before and after.
struct BalancePlan {
    std::vector<BalanceMove> moves;
    Balance before;
    Balance after;
};
BalancePlan plan_balance(const State& state, int moves_max);

std::string_view to_text(Gain gain);

}  // namespace foyer::master
