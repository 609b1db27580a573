#include "node-agent/domain/next_step.h"

#include <algorithm>

#include "common/base/check.h"
#include "node-agent/domain/step_parts.h"

namespace foyer::agent {
namespace {

Step unwanted_step(const LocalState& local, const Session& session, const StepRules& rules,
                   Now now) {
    const auto hold = local.removal == Removal::Forgotten ? rules.forgotten_hold : rules.erase_hold;
    const WallTime end = local.removed_at + hold;
    // A wall clock that stepped back must not make the hold longer than it is, nor one that stepped
    // forward end a long one silently: only the first is bounded here, the second is why the hold
    // is days.
    const Duration left = std::clamp(end - now.wall, Duration(0), hold);
    switch (local.removal) {
        case Removal::None:
            return wait("waiting for the master to say whether this partition is wanted");
        case Removal::Forgotten:
            if (left > Duration(0))
                return wait("the master does not know this partition; kept", now.mono + left);
            break;
        case Removal::Ordered: break;
    }
    if (session.not_before > now.mono) return wait(session.reason, session.not_before);
    if (session.service == ServiceState::Running) return act(StepKind::Stop);
    if (left > Duration(0)) return wait("removed; erased when the hold ends", now.mono + left);
    return act(StepKind::Erase);
}

Step first_copy_step(const Assignment& desired, const LocalState& local, const Session& session) {
    const bool founds = desired.founder && desired.role == ReplicaRole::Primary;
    if (!founds && desired.role == ReplicaRole::Primary) {
        if (local.led) return wait("told to lead, but this copy holds no data yet");
        // The journal is lost, not the volume: nobody is made leader without data. The service is
        // started and asked.
        const Step ready = readiness(desired, session);
        return is_ready(ready) ? act(StepKind::Start) : ready;
    }
    const Step ready = readiness(desired, session);
    if (!is_ready(ready)) return ready;
    if (!founds && !desired.leader) return wait("nobody leads: there is no one to copy from");
    return act(founds ? StepKind::RunInit : StepKind::RunJoin);
}

bool must_rejoin(const Assignment& desired, const LocalState& local) {
    return desired.role == ReplicaRole::Standby && (local.led.value_or(true) || local.diverged);
}

Step ended_step(const Assignment& desired, const LocalState& local, const Session& session) {
    if (must_rejoin(desired, local) && !desired.leader)
        return wait("nobody leads: there is no one to rejoin");
    const Step ready = readiness(desired, session);
    if (!is_ready(ready)) return ready;
    return act(must_rejoin(desired, local) ? StepKind::Rejoin : StepKind::Start);
}

Step running_step(const Assignment& desired, const LocalState& local, const Session& session,
                  Now now) {
    if (desired.role == ReplicaRole::Standby && local.diverged && desired.leader)
        return act(StepKind::Stop);
    const bool must_promote =
        desired.role == ReplicaRole::Primary && local.promoted != desired.fence;
    const bool current = local.applied_revision == desired.revision;
    // Adopted after a restart of the agent and unchanged since: nothing to prepare, nothing to
    // touch.
    if (!current || must_promote) {
        const Step ready = readiness(desired, session);
        if (!is_ready(ready)) return ready;
        if (local.shape != shape_of(desired)) return act(StepKind::Stop);
        return act(must_promote ? StepKind::Promote : StepKind::Reload);
    }
    if (session.next_probe <= now.mono) return act(StepKind::Probe);
    return wait("", session.next_probe);
}

// It may serve as the leader it was.
bool must_be_killed(const Assignment& desired, const LocalState& local) {
    return !is_leftover(desired, local) && desired.fence >= local.fence &&
           desired.role != ReplicaRole::Primary && local.led == true;
}

}  // namespace

std::string_view to_text(StepKind kind) {
    switch (kind) {
        case StepKind::EnsureImage: return "fetching image";
        case StepKind::Prepare: return "preparing";
        case StepKind::RunInit: return "init";
        case StepKind::RunJoin: return "join";
        case StepKind::Start: return "starting";
        case StepKind::Reload: return "reloading";
        case StepKind::Promote: return "promote";
        case StepKind::Fence: return "fencing";
        case StepKind::Rejoin: return "rejoin";
        case StepKind::Stop: return "stopping";
        case StepKind::Erase: return "erasing";
        case StepKind::Probe: return "probing";
        case StepKind::Wait: return "waiting";
    }
    CHECK(false);
}

Step next_step(const Assignment* desired, const LocalState& local, const Session& session,
               const StepRules& rules, Now now) {
    // Nothing runs on a paused box, whatever it is of. (Who led and must follow is killed below.)
    const bool killed = desired != nullptr && must_be_killed(*desired, local);
    const std::string still = kept_still(desired, local, session);
    if (!still.empty() && session.service == ServiceState::Running && !killed &&
        session.not_before <= now.mono)
        return act(StepKind::Stop);
    if (desired == nullptr) return unwanted_step(local, session, rules, now);
    // What is of an order that is over goes before the same name may live here again. Its fence
    // says nothing of the new one.
    if (is_leftover(*desired, local))
        return unwanted_step(given_up(local, desired, local.removed_at), session, rules, now);
    if (desired->fence < local.fence)
        return wait("the master's order is older than one already obeyed");
    const bool running = session.service == ServiceState::Running;
    if (running && must_be_killed(*desired, local)) return act(StepKind::Fence);
    if (session.not_before > now.mono) return wait(session.reason, session.not_before);
    // The journal is lost and something runs: ask it what it is before deciding.
    if (running && !local.led && still.empty()) return act(StepKind::Probe);
    if (desired->kind == ReplicaKind::Witness) return running ? act(StepKind::Stop) : wait("");
    if (!still.empty()) return running ? act(StepKind::Stop) : wait(still);
    if (desired->desired != DesiredState::Running) return running ? act(StepKind::Stop) : wait("");
    if (running) return running_step(*desired, local, session, now);
    if (!local.initialized) return first_copy_step(*desired, local, session);
    return ended_step(*desired, local, session);
}

bool supersedes(const Assignment* now, const Assignment* before) {
    if ((now == nullptr) != (before == nullptr)) return true;
    if (now == nullptr) return false;
    return is_other_order(now->ordered_at, before->ordered_at) || now->fence != before->fence ||
           now->desired != before->desired || now->role != before->role ||
           now->leader != before->leader || shape_of(*now) != shape_of(*before);
}

}  // namespace foyer::agent
