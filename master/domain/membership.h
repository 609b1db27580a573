// How the copies of an instance change, one at a time, without losing an acknowledged write.
//
//   Learner(n) ──caught up──► Member(n), and at once Leaving(r) ──others hold all──► r is gone
//
// S, the copies that promotion counts with (promotion.h): members and leaving copies. A learner is
// no part of it: the primary streams to it and waits for nobody there, so nothing was acknowledged
// by it.
//
//   grow     the newcomer is counted from the commit on that makes it a member; only then do boxes
//            hear that its acknowledgement counts
//   shrink   the copy that leaves stops to acknowledge first. It is counted until (1) the box of
//   the
//            leader has taken up the assignment in which it is no member (`applied`), and no
//            follower of that leader says otherwise; from then on nothing is acknowledged by it;
//            (2) k members, the leader included, hold the end of log the leader had by then. So
//            every write it ever acknowledged is held by k of those that stay, as |S|-k+1 positions
//            among them demand
//   swap     both in one commit. While r leaves, S is the union of the old and new members, and
//            |S|-k+1 positions of the union meet the acknowledgers of either
//   leader   never leaves; a promotion moves the lead first. Nothing changes while one is under
//   way,
//            and a new leader has to show (1) and (2) anew. When a leaving copy is ahead of all
//            others it is chosen and stays; a newcomer in its place (same site or ISP) leaves
//            instead: the same union, swapped back
//
// notes on the protocol: rules 4 (order of changes) and 13 (one change at a time). An asynchronous
// instance acknowledges with the leader alone (k = 1): (1) and (2) then need the leader only.
#pragma once

#include <optional>
#include <string>

#include "master/domain/rows.h"
#include "master/domain/state.h"

namespace foyer::master {

class Draft;
class Group;

// Indexes of copies are never used again; as many as the wire takes.
inline constexpr int replica_index_max = 4'095;
inline bool has_index_left(const Instance& row) { return row.replicas_made <= replica_index_max; }

// A further copy of the instance on this box, with a new index and partition number; not yet in the
// group. The box's row is put.
Replica newcomer(Group& group, const NodeId& place, Draft& draft);
// The same as a learner, from now on, that takes the place of `replaces`.
Replica new_learner(Group& group, const NodeId& place, std::optional<ReplicaIndex> replaces,
                    Draft& draft);

// "copy 1 on 'lille-1'", as people are told of it.
std::string copy_text(const Replica& replica);

// Part of S.
inline bool is_counted(const Replica& replica) {
    return replica.kind == ReplicaKind::Data && replica.membership != Membership::Learner;
}

// The leader says that it streams, its box says that it follows: it may become a member.
bool has_caught_up(const Group& group, const Replica& learner);

// A copy of S that is there and follows, or leads, in the newest fence.
bool is_healthy(const Group& group, const Replica& replica);

// Both cannot be members: one site, or one ISP family where the order does not allow that.
bool collide(const Group& group, const Replica& a, const Replica& b);

// Why a copy has to be replaced.
enum class Displaced { No, Lost, Draining, Refused, Shrunken, Failed };
// By where it is alone, not by how its service is.
Displaced displaced_by_box(const State& state, const Replica& replica);
Displaced displaced(const State& state, const Replica& replica, WallTime now);
std::string_view to_text(Displaced why);

}  // namespace foyer::master
