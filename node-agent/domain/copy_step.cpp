#include "node-agent/domain/copy_step.h"

#include "node-agent/domain/step_parts.h"

namespace foyer::agent {
namespace {

// One that has gone astray since is rejoined again, for the same leader too.
bool must_rejoin(const Assignment& desired, const CopyOrder& order, const LocalState& local) {
    return order.rejoin && desired.leader && local.initialized &&
           (local.rejoined != order.fence || local.diverged);
}

bool is_prepared(const Assignment& desired, const CopyOrder& order, const Session& session) {
    return session.prepared == desired.revision && session.copy.prepared == order.serial;
}

// Nothing of it is here: no wait for a leader keeps it from fetching what it will need.
Step first_copy_step(const Assignment& desired, const CopyOrder& order, const Session& session) {
    const bool founds = desired.founder && order.role == ReplicaRole::Primary;
    if (!session.image_ready || founds || desired.leader) {
        const Step ready = readiness(session, is_prepared(desired, order, session));
        if (!is_ready(ready)) return ready;
    }
    if (founds) return act(StepKind::RunInit);
    if (order.role == ReplicaRole::Primary)
        return wait("told to lead, but this copy holds no data");
    if (!desired.leader) return wait("nobody leads: there is no one to copy from");
    return act(StepKind::RunJoin);
}

Step running_step(const Assignment& desired, const CopyOrder& order, const LocalState& local,
                  const Session& session, Now now) {
    const bool must_promote = order.role == ReplicaRole::Primary && local.promoted != order.fence;
    const bool current =
        local.applied_revision == desired.revision && local.applied_serial == order.serial;
    if (!current || must_promote) {
        const Step ready = readiness(session, is_prepared(desired, order, session));
        if (!is_ready(ready)) return ready;
        if (local.shape != shape_of(desired)) return act(StepKind::Stop);
        return act(must_promote ? StepKind::Promote : StepKind::Reload);
    }
    if (session.next_probe <= now.mono) return act(StepKind::Probe);
    return wait("", session.next_probe);
}

// A lead of before the restart may be over: others may have elected.
bool begins_to_lead(const Step& step) {
    return step.kind == StepKind::Start || step.kind == StepKind::RunInit ||
           step.kind == StepKind::Promote;
}

// The service reads its orders anew.
bool takes_up(const Step& step) {
    return step.kind == StepKind::Start || step.kind == StepKind::Reload ||
           step.kind == StepKind::Promote;
}

Step ordered_step(const Assignment& desired, const CopyOrder& order, const LocalState& local,
                  const Session& session, Now now) {
    if (order.kill != session.copy.killed) return act(StepKind::Fence);
    const bool running = session.service == ServiceState::Running;
    if (desired.kind == ReplicaKind::Witness) return running ? act(StepKind::Stop) : wait("");
    if (session.not_before > now.mono) return wait(session.reason, session.not_before);
    // Where the log of a stopped copy ends, only the service can say.
    const std::string still = kept_still(&desired, local, session);
    const bool may_tell = still.empty() || now.mono < session.may_tell_until;
    const bool asked = order.cut != session.copy.cut_told && local.initialized && may_tell;
    if ((!still.empty() || !order.run) && !asked)
        return running ? act(StepKind::Stop) : wait(still);
    // It runs, says nothing, and may never: what streams may only be stopped with it.
    if (running && asked && session.copy.mute) return act(StepKind::Stop);
    if (must_rejoin(desired, order, local)) {
        if (running) return act(StepKind::Stop);
        const Step ready = readiness(session, is_prepared(desired, order, session));
        return is_ready(ready) ? act(StepKind::Rejoin) : ready;
    }
    if (running) return running_step(desired, order, local, session, now);
    if (!local.initialized) return first_copy_step(desired, order, session);
    const Step ready = readiness(session, is_prepared(desired, order, session));
    return is_ready(ready) ? act(StepKind::Start) : ready;
}

}  // namespace

Step copy_step(const Assignment& desired, const CopyOrder& order, const LocalState& local,
               const Session& session, Now now) {
    const Step step = ordered_step(desired, order, local, session, now);
    if (order.resuming && begins_to_lead(step))
        return wait("it led before its agent restarted: its group is asked whether it still does");
    return step;
}

LocalState before_copy_step(LocalState local, const Step& step) {
    if (step.kind == StepKind::Rejoin) local.replacing = true;
    return local;
}

LocalState after_copy_step(LocalState local, const Step& step, const CopyOrder& order) {
    if (takes_up(step)) local.applied_serial = order.serial;
    if (step.kind == StepKind::Rejoin) local.rejoined = order.fence;
    return local;
}

Session copy_session_after(Session session, const Step& step, const CopyOrder& order) {
    CopyMemory& memory = session.copy;
    if (step.kind == StepKind::Prepare) memory.prepared = order.serial;
    if (step.kind == StepKind::Fence) memory.killed = order.kill;
    if (step.kind == StepKind::Start) memory.unreadable = memory.mute = false;
    if (takes_up(step)) memory.quorum_read = false;
    return session;
}

Session copy_session_ended(Session session, const CopyOrder& order, const LocalState& local) {
    if (order.role == ReplicaRole::Primary) session.copy.restarted = true;
    // A rejoin that was broken off left torn data, over which the service ends: where their log
    // ends nobody can say, and the group must not wait for it.
    if (local.replacing) session.copy.unreadable = true;
    return session;
}

bool may_never_tell(const LocalState& local, const Session& session) {
    return !session.position && (local.replacing || local.diverged);
}

bool tells_the_same(const Assignment& now, const Assignment& before) {
    // What the group is told, and at which revision, is the box's matter.
    const auto told = [](Assignment assignment) {
        assignment.revision = Revision();
        assignment.group.reset();
        return assignment;
    };
    return told(now) == told(before);
}

bool awaits_probe(const CopyOrder& order, const Session& session) {
    const bool end = !order.read_ends.empty() && order.read_ends.back() > session.copy.end_told;
    return order.hurry || end || order.cut != session.copy.cut_told ||
           (order.quorum && order.quorum_number != session.copy.quorum_told);
}

}  // namespace foyer::agent
