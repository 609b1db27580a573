// Lost, drained and shrunken boxes, failed services: their copies are made anew elsewhere, with the
// fewest moves.
//
// One tick decides a little and says whether there is more. In this order: silent boxes grow old
// (node_life.h), drains report, handovers of a lead that last too long end, instances are looked
// at, those with the fewest copies on boxes that are there first. For each of them the first that
// applies:
//
//   a change of leadership is under way           wait for it (promotion.h)
//   a copy is not a member                        bring it on, or give it up (membership.h)
//   one member too many                           one leaves: displaced ones first
//   the leader's box is lost, silent for long,    another copy is asked to lead, never forced
//     or to be relieved; its service failed       (handover.h: none that was passed over lately)
//   a member's box is lost, drained or shrunken,  a newcomer is placed, if the budgets allow
//     or its service failed for long
//
// Budgets: RepairSettings::rebuilds_max newcomers at once, rebuilds_per_node from and to one box. A
// tick places at most one newcomer, since the next one has to see it.
//
// A box that comes back keeps what is still wanted: a newcomer that has not caught up is given up
// when the copy it should replace is well again.
#pragma once

#include <optional>
#include <string>

#include "master/domain/draft.h"

namespace foyer::master {

class Group;

Result<Decision> tick(const State& state, const Tick& command, WallTime now);

// What is being repaired of an instance, or what is waited for, in one line for people. Nothing
// when every copy is where it should be.
struct RepairStatus {
    std::string text;
    bool waits = false;  // somebody may have to help: add boxes, raise a budget, accept a loss
};
std::optional<RepairStatus> repair_status(const State& state, const Instance& instance);

}  // namespace foyer::master
