// What happens to the boxes of a group, and what the master proposes, by chance.
#pragma once

#include "tests/sim/group/world.h"

namespace foyer::sim::group {

Shape draw_shape(Rng& rng);
void one_fault(World& world);
// Nobody hears it, and it hears nobody.
void isolate(World& world, ReplicaIndex who);
// T of 20 s instead of 7, or back.
void new_promise(World& world);
// The wish of the master, made for the newest record of who leads.
void one_proposal(World& world);
void propose(World& world, lead::Proposal proposal);
Weather draw_weather(World& world);
void calm(World& world);  // everything runs and reaches everything

}  // namespace foyer::sim::group
