#include "node-agent/domain/observe.h"

namespace foyer::agent {
namespace {

PartitionPhase wanted_phase(const Session& session, const Step& step) {
    const bool running = session.service == ServiceState::Running;
    switch (step.kind) {
        case StepKind::EnsureImage:
        case StepKind::RunInit:
        case StepKind::RunJoin:
        case StepKind::Rejoin: return PartitionPhase::Preparing;
        case StepKind::Start: return PartitionPhase::Starting;
        case StepKind::Stop:
        case StepKind::Fence: return PartitionPhase::Stopping;
        case StepKind::Erase: return PartitionPhase::Erasing;
        case StepKind::Prepare:
        case StepKind::Reload:
        case StepKind::Promote:
        case StepKind::Probe:
        case StepKind::Wait: break;
    }
    if (!running)
        return session.failures > 0 && !session.not_yet ? PartitionPhase::Failed
                                                        : PartitionPhase::Preparing;
    if (!session.health) return PartitionPhase::Starting;
    if (!session.health->healthy) return PartitionPhase::Unhealthy;
    return session.health->ready ? PartitionPhase::Running : PartitionPhase::Starting;
}

PartitionPhase phase_of(const Assignment* desired, const LocalState& local, const Session& session,
                        const Step& step) {
    if (desired != nullptr && !is_leftover(*desired, local)) {
        if (desired->kind == ReplicaKind::Witness) return PartitionPhase::Running;
        const bool idle = step.kind == StepKind::Wait && session.service != ServiceState::Running;
        // Whatever failed before: nothing runs, and nothing more will be tried.
        const bool unwanted = desired->desired != DesiredState::Running || session.paused;
        if (unwanted && idle) return PartitionPhase::Stopped;
        if (idle && is_kept_out(desired, local, session.refused)) return PartitionPhase::Failed;
        return wanted_phase(session, step);
    }
    if (step.kind == StepKind::Erase) return PartitionPhase::Erasing;
    if (session.failures > 0) return PartitionPhase::Failed;
    if (session.service == ServiceState::Running) {
        const bool goes = local.removal == Removal::Ordered || desired != nullptr;
        return goes ? PartitionPhase::Stopping : PartitionPhase::Running;
    }
    return PartitionPhase::Stopped;
}

ReplicaRole role_of(const Assignment* desired, const LocalState& local, const Session& session) {
    if (desired != nullptr && desired->kind == ReplicaKind::Witness) return ReplicaRole::Witness;
    const bool leads = session.service == ServiceState::Running && local.led.value_or(false) &&
                       local.promoted == local.applied;
    return leads ? ReplicaRole::Primary : ReplicaRole::Standby;
}

std::string reason_of(const Session& session, const Step& step) {
    if (step.reason.starts_with(refused_by_host)) return step.reason;
    if (session.failures > 0) return session.reason;
    if (step.kind == StepKind::Wait && !step.reason.empty()) return step.reason;
    if (session.health && !(session.health->healthy && session.health->ready))
        return session.health->detail;
    return {};
}

// The same but for what merely moves on.
PartitionObservation without_progress(PartitionObservation observation) {
    if (observation.position) observation.position->flushed_bytes = 0;
    for (FollowerView& follower : observation.followers) follower.lag_bytes = 0;
    observation.step.clear();
    return observation;
}

}  // namespace

PartitionObservation observe(const Assignment* desired, const LocalState& local,
                             const Session& session, const Step& step,
                             const std::string& step_text) {
    const bool running = session.service == ServiceState::Running;
    PartitionObservation seen;
    seen.partition = local.partition;
    seen.ordered_at = local.ordered_at;
    seen.fence = local.applied;
    seen.applied = local.applied_revision;
    // The wished one has not begun: what is said of the leftover must not be taken for it.
    if (desired != nullptr && is_leftover(*desired, local)) {
        seen.fence = {};
        seen.applied = {};
        seen.phase = phase_of(desired, local, session, step);
        seen.step = step_text;
        seen.reason = reason_of(session, step);
        return seen;
    }
    // What does not run follows nobody and leads nobody: it obeys any fence. Also when it is asked
    // to lead: a box that lost its journal must be able to say that its leader is not there.
    if (!running && desired != nullptr && desired->fence >= local.fence)
        seen.fence = desired->fence;
    seen.role = role_of(desired, local, session);
    seen.phase = phase_of(desired, local, session, step);
    seen.step = step_text;
    seen.reason = reason_of(session, step);
    seen.ready = running && session.health && session.health->healthy && session.health->ready;
    seen.initialized = local.initialized && !local.replacing;  // torn counts as nothing
    if (running) {
        seen.position = session.position;
        if (seen.role == ReplicaRole::Primary) seen.followers = session.followers;
    }
    return seen;
}

bool is_worth_reporting(const PartitionObservation& reported, const PartitionObservation& current,
                        Duration since_report, const ReportRules& rules) {
    if (reported == current) return false;
    if (without_progress(reported) != without_progress(current)) return true;
    // Another step is news; the same step's percentages, and bytes, can wait.
    const auto head = [](const std::string& text) {
        return text.substr(0, text.find_first_of("0123456789"));
    };
    if (head(reported.step) != head(current.step)) return true;
    return since_report >= rules.quiet_period;
}

}  // namespace foyer::agent
