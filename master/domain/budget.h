// How many copies may be made at once: RepairSettings::rebuilds_max in total, rebuilds_per_node
// from or to one box, whose line is the scarce thing. What is made of an instance that is stopped,
// or that nobody leads, uses no line, may wait for months, and holds up nobody.
#pragma once

#include <vector>

#include "master/domain/state.h"

namespace foyer::master {

// Copies being made, of instances that run and have a leader to copy from.
std::vector<ReplicaKey> rebuilds(const State& state);

// Those from or to a box.
int rebuilds_at(const State& state, const NodeId& node);

// Boxes that make, or give away, as many copies as they may; sorted.
std::vector<NodeId> busy_nodes(const State& state);

}  // namespace foyer::master
