// The next thing to do for a copy whose group elects: what next_step.h is for one that the master
// leads. And what the copy teaches its group.
//
//   kill asked: Fence, before everything.           stopped by order: Stop, then it waits
//   its host pauses the box, or has what he refuses stopped: it says where its log ends, within
//   seconds, then Stop, and nothing is started any more; after a restart not even for that
//   rejoin asked ─► Stop ─► Rejoin ─► Start         no copy yet: leads and founds ─► RunInit,
//   runs: Promote or Reload what changed, Probe              follows somebody ─► RunJoin ─► Start
//
// Of a leader whose agent restarted, what runs is left alone, and nothing is started before a
// majority has promised anew: after a power cut another may lead long since.
//
// A copy that led is started again as one that follows nobody, so that it can say where its log
// ends: it may be the only one that holds the last write. Whether it may follow anybody without a
// rejoin is the group's decision. One that was fenced before its first copy was made holds nothing,
// says so, and makes it when it is elected again.
#pragma once

#include <vector>

#include "common/leadership/input.h"
#include "node-agent/domain/copy_order.h"
#include "node-agent/domain/next_step.h"

namespace foyer::agent {

struct CopyRules {
    Duration hurried_probe{100};   // while somebody waits for what it tells
    Duration silent_probe{300};    // the same, of one that does not answer yet
    Duration health_waits{1'000};  // at most, for positions that somebody waits for
    // How long a changed quorum of a running leader must be seen: each of the service's processes
    // reads its settings by itself.
    Duration quorum_settles{500};
    std::int64_t caught_up_bytes = 1'048'576;  // a follower that lags less
};

// `desired` is what obeying() made of the assignment.
Step copy_step(const Assignment& desired, const CopyOrder& order, const LocalState& local,
               const Session& session, Now now);

// What was read just now, after the order came. A group waits for the position (with followers and
// quorum), and for nothing that takes longer.
enum class Probed { Nothing, Position, Health };

// Facts for the group after the step, look or probe that led to this session; what was told is
// noted in `session.copy`.
std::vector<leadership::Input> copy_facts(const Assignment& desired, const CopyOrder& order,
                                          const LocalState& local, Session& session, Probed probed,
                                          const CopyRules& rules, MonoTime now);

// As before_step(): a rejoin is noted before it touches anything.
LocalState before_copy_step(LocalState local, const Step& step);
// What the step changes beyond after_step() and session_after(): which order was carried out.
LocalState after_copy_step(LocalState local, const Step& step, const CopyOrder& order);
Session copy_session_after(Session session, const Step& step, const CopyOrder& order);
// The service ended by itself.
Session copy_session_ended(Session session, const CopyOrder& order, const LocalState& local);

// After a probe: the service runs and does not answer, over data that may need log which nobody has
// any more. A database waits for that in silence, and a group that waits for it elects nobody.
bool may_never_tell(const LocalState& local, const Session& session);

// Where the service has taken `before` up, `now` tells it nothing new: neither is laid out again,
// nor is it woken.
bool tells_the_same(const Assignment& now, const Assignment& before);

// Something is asked that only a probe can answer.
bool awaits_probe(const CopyOrder& order, const Session& session);

}  // namespace foyer::agent
