// What a copy's own box can tell of a takeover: the moments at which its member changed, by this
// box's clock. Pure; common/model/takeover.h says what each moment means.
//
//   follows: its leader falls silent ─► detected ─► the promise to it is over: fenced
//   leads:   elected ─► announced ─► promoted ─► opened ─► (closed) ─► dead
//
// An agent that was restarted while its copy led tells only how that ended.
#pragma once

#include <optional>

#include "common/leadership/state.h"
#include "common/model/takeover.h"
#include "node-agent/domain/next_step.h"

namespace foyer::agent {

struct LeadNotes {
    leadership::Role role = leadership::Role::Follower;  // as last looked at
    // Of a follower: of the leader that its record names.
    std::optional<MonoTime> heard;
    std::optional<MonoTime> detected;
    std::optional<MonoTime> fenced;
    TakeoverCause cause = TakeoverCause::PromiseOver;
    // Of a leader.
    MonoTime began;
    LeadershipReport report;
    bool was_open = false;
    std::optional<MonoTime> closed;  // since when nobody is let in, after it was open
};

// Looks at the member after each of its steps. What is to be told, if anything changed.
std::optional<LeadershipReport> note_lead(LeadNotes& notes, const leadership::State& state,
                                          Now now);

}  // namespace foyer::agent
