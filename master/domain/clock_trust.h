// A box with a wrong clock leads nothing if another one can: which clocks are wrong, since when,
// and what follows (common/docs/leadership.md 17).
//
//            wrong              still, and few others are
//   Right ──────────► Doubted ───────────────────────────────► Barred ──right for a while──► Right
//     ▲                 │  │ still, and so are most                ▲
//     └───── right ─────┤  └─────────────► Held ── few others are ─┘
//                       └──── right ────────┘
//
// Judged by the master's own clock, once a minute with the sightings. It is one among the others:
// where most of the boxes that are there differ from it, it may be the one that is wrong, and
// nothing follows but that people are told.
//
// Barred is a wish of placement and of the group's record, no rule of safety: such a box is not
// chosen where it would begin to lead, what it leads is handed over to a copy that is well, and its
// copies stand for election once nobody else has. Nobody is left without a leader for it.
#pragma once

#include "master/domain/draft.h"

namespace foyer::master {

// How the clock of a box stands after a sighting. `most_are_wrong`: by that fault, of the boxes
// that are there.
BoxClock next_clock(const BoxClock& was, const Sighting& seen, bool most_are_wrong,
                    const ClockSettings& settings);

// What a sighting shows. `was` counts where it says nothing of the rate: what was seen too fast is
// not mended by a restart of the master.
ClockFault fault_of(const Sighting& seen, ClockFault was);

// The boxes of a decision's sightings, judged anew; their groups hear of what changed.
void judge_clocks(const std::vector<Sighting>& seen, Draft& draft);

}  // namespace foyer::master
