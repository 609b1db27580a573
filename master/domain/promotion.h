// Another copy takes the lead, by hand, without losing an acknowledged write.
//
//   Leading(e) ──promote──► Collecting(e+1) ──enough positions──► Promoting(e+1) ──new leader
//   serves──► Leading(e+1)
//
// Collecting: nobody leads in epoch e+1. Every member's box applies that fence: the old primary is
// killed, standbys stop receiving, and each reports where its log ends. Edges route to nobody. A
// write is acknowledged only when k of the members S hold it (S: all data copies but learners, see
// membership.h; k: copies()). So
// among any |S|-k+1 positions is one that holds every acknowledged write: with that many, the copy
// with the highest position (epoch, flushed_bytes) may lead. notes: rules 1 to 3 of the leadership
// protocol; here the master collects, later the group does it among itself. With fewer answers
// nothing is chosen, for as long as it takes; `force` goes on with those that answered and says
// what may be lost.
#pragma once

#include <optional>
#include <vector>

#include "common/model/assignment.h"
#include "common/model/ids.h"

namespace foyer::master {

struct Candidate {
    ReplicaIndex index;
    Position position;
    bool may_lead = false;
    bool leaves = false;  // it is to be made anew elsewhere (membership.h)
};

// Positions needed so that no acknowledged write can be missed.
constexpr int positions_needed(int members, int copies) { return members - copies + 1; }

// The member that should lead: none that may lead is ahead of it; `wanted` wins where it is not
// behind, else one that stays. Nothing when a member that may not lead is ahead of all that may,
// unless `force`.
std::optional<ReplicaIndex> choose_leader(const std::vector<Candidate>& candidates,
                                          std::optional<ReplicaIndex> wanted, bool force);

}  // namespace foyer::master
