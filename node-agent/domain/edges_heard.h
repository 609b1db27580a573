// Whether the edges reach this member of a group, and another one: rule 21 of
// common/docs/leadership.md. Pure.
//
// An edge asks every voter at once, each 10 s or more often. Who follows tells the leader, with its
// promises, that edges ask it. That word ends sooner than the leader's own memory: when all edges
// fall silent, nobody says that they reach another one by the time the leader misses them.
#pragma once

#include <map>
#include <vector>

#include "common/leadership/input.h"

namespace foyer::agent {

struct EdgesHeard {
    MonoTime since;                           // this member listens since then
    MonoTime me;                              // newest question of an edge
    std::map<ReplicaIndex, MonoTime> others;  // newest word of a member that edges ask it
};

struct EdgesHeardRules {
    Duration asked_for{13'000};     // a question that is older is not told to the leader
    Duration told_for{3'000};       // … who believes it so long
    Duration missed_after{25'000};  // two questions of every edge were lost
};

bool is_asked_by_edges(const EdgesHeard& heard, const EdgesHeardRules& rules, MonoTime now);

leadership::EdgesReach edges_reach(const EdgesHeard& heard,
                                   const std::vector<ReplicaIndex>& in_sync, ReplicaIndex self,
                                   const EdgesHeardRules& rules, MonoTime now);

}  // namespace foyer::agent
