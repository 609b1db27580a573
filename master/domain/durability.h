// How sure a write is: what an order's choices promise, in plain words, and how it stands now.
#pragma once

#include <string>
#include <vector>

#include "master/domain/state.h"

namespace foyer::master {

// A sentence each, for whoever orders. `elects`: its group elects who leads.
std::vector<std::string> promises_of(const ReplicationPolicy& policy, bool elects);

// One line for people; empty while there is nothing to say (it is being made, or stopped).
std::string durability(const State& state, const Instance& instance);

}  // namespace foyer::master
