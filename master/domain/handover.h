// The lead of a group that elects is handed over: whom the master wishes, and how such a wish ends.
//
//   open ──the wanted copy leads and serves──► done
//     ├────another one is elected────────────► failed: the wanted copy was passed over
//     ├────handover_within is over───────────► failed: likewise, unless it leads and does not serve
//     └────the wanted copy is no member──────► failed
//
// A wish that stayed open would be proposed to whoever was elected instead, and interrupt the
// service each time. A leader that goes on in its epoch is no failure: it waits for the wanted copy
// to hold every write.
//
// Passed over: no move of the master's own (a drain, an upgrade, a wrong clock) chooses that copy
// for `passed_over_for`, or until it is elected. A person may name it at once.
#pragma once

#include <optional>
#include <string_view>

#include "common/base/time.h"
#include "master/domain/rows.h"

namespace foyer::master {

class Draft;
class Group;

inline constexpr Duration handover_within{10 * 60'000};
inline constexpr Duration passed_over_for{10 * 60'000};

bool is_passed_over(const Replica& replica, WallTime now);
// Of two that may lead: a right clock first, then one that was not passed over.
bool is_better_heir(const Group& group, const Replica& one, const Replica& other, WallTime now);

// Another member that may lead is well.
bool has_heir(const Group& group);
// Which of them should lead when nobody was named.
std::optional<ReplicaIndex> best_heir(const Group& group, WallTime now);
// The same for a move of the master's own: nothing when that one was passed over.
std::optional<ReplicaIndex> heir_of_move(const Group& group, WallTime now);
// Begins such a move; `why` says what is with the present leader. May be done as may_promote says.
void begin_move(Group& group, Draft& draft, ReplicaIndex heir, std::string_view why);

// The wish of a group that elects becomes known to it.
void propose_leader(Group& group, Draft& draft, const Promotion& promotion);
// The group has just elected the leader that the instance has now.
void hear_elected(Group& group, Draft& draft);
// What else a report may have ended.
void advance_handover(Group& group, Draft& draft);
// Wishes that were open for too long, at most 100 in one call. A master that has just begun to
// listen waits the whole time again: it may have been done meanwhile.
void age_handovers(Draft& draft, WallTime hearing_since);

}  // namespace foyer::master
