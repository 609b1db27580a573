// When a silent box is lost, and when nobody is: NodeState is drawn in rows.h.
//
// A box is Lost when it was Silent for its time (RepairSettings, by role), counted from when it
// fell silent or from when this master began to listen without a break, whichever is later: a
// master that has just started, was cut off from its database, or whose clock was set, gives
// everybody the whole time again.
//
// Not lost, whatever the time:
//   - a box that leads an instance which another box still follows: it cannot reach this master,
//   but
//     it works;
//   - while the brake holds: many boxes outside one ISP family fell silent together, which is our
//   own
//     line, or something that moving copies cannot mend. One family gone alone is repaired. An
//     operator who knows better drains the boxes.
#pragma once

#include "master/domain/draft.h"

namespace foyer::master {

// Boxes that are homes and fell silent within the window around `node`, outside the family that has
// most of them; and how many homes there are outside that family.
struct SilentTogether {
    int silent = 0;
    int homes = 0;
};
SilentTogether silent_together(const State& state, const Node& node);
// Too many to be evicted.
bool brake_holds(const State& state, const Node& node);

// How long this box may be silent, by its role.
Duration lost_after(const State& state, const Node& node);

// Another box's copy follows one that leads here.
bool is_followed(const State& state, const Node& node);

// The box was silent for at least `patience` under the rule above (the brake is asked apart).
bool silent_for(const Node& node, Duration patience, WallTime hearing_since, WallTime now);

// Moves silent boxes on, and tells people of those that stay silent, at most 100 in one call; and
// lowers the capacity of boxes that offer less and were relieved.
void age_nodes(Draft& draft, WallTime hearing_since);

// Tells the customers whose copies are there: "copy 1 leaves 'lille-1', which is emptied".
void tell_leaving(const Node& node, const std::string& why, Draft& draft);

// Steps of the drains that are under way.
void advance_drains(Draft& draft);

}  // namespace foyer::master
