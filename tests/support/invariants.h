// The invariants of the catalogue, checked from outside: by rows alone, in the plainest way,
// sharing nothing with the decisions. For property tests and for the simulator.
#pragma once

#include <string>
#include <vector>

#include "master/domain/state.h"

namespace foyer::test {

// What is wrong with this state, one line each; empty: nothing.
//   distinct sites and, unless relaxed, ISP families among the members; residency and min_countries
//   of the members; reserved within capacity, and equal to the sum of the copies; a leader that is
//   a member; at most one copy that is no member; drains, silences and operations that are whole;
//   indexes that say what the rows say.
std::vector<std::string> broken(const master::State& state);
// The same of one row and its copies alone, for large worlds.
std::vector<std::string> broken(const master::State& state, const InstanceName& instance);
std::vector<std::string> broken(const master::State& state, const NodeId& node);

// What is wrong with the change of one decision; empty: nothing.
//   fences and indexes of copies only grow; what was served stays served in that fence or a newer
//   one; no copy of a living instance goes while that leaves fewer members than were ordered,
//   unless nothing was ever served; a copy that served never turns back into a learner; no copy
//   comes to a box whose host refuses it.
std::vector<std::string> broken_step(const master::State& before, const master::State& after);
std::vector<std::string> broken_step(const master::State& before, const master::State& after,
                                     const InstanceName& instance);
std::vector<std::string> broken_step(const master::State& before, const master::State& after,
                                     const NodeId& node);

// Every row and index as text: equal states have equal texts.
std::string dump(const master::State& state);

}  // namespace foyer::test
