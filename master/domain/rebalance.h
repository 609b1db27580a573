// A rebalancing under way: an operation of the whole cloud, one step a move (balance.h says which).
//
//   step    Running ── the copy is gone from its old box ──► Succeeded
//              └────── the newcomer was given up ──────────► Failed: that copy is left alone
//
//   operation   Running ── no move is worth it, or moves_max were made ──► Succeeded
//                  └────── stop ─────────────────────────────────────────► Failed: aborted
//
// Repairs come first: a move begins only in a tick that had nothing else to do and while nothing is
// being repaired; at most RepairSettings::rebalance_at_once are on their way.
#pragma once

#include "master/domain/draft.h"

namespace foyer::master {

inline constexpr int rebalance_moves_max = 200;

// The copy is one that the rebalancing under way moves.
bool is_moved_by_rebalancing(const State& state, const ReplicaKey& key);

// Brings the steps up to what the rows say, and begins the next move.
void advance_rebalancing(Draft& draft);

}  // namespace foyer::master
