// What steps change in the journal and in memory.
#include "common/base/check.h"
#include "node-agent/domain/next_step.h"

namespace foyer::agent {
namespace {

void took_up(LocalState& local, const Assignment& desired) {
    local.applied = desired.fence;
    local.applied_revision = desired.revision;
}

void forget_probe(Session& session) {
    session.health.reset();
    session.position.reset();
    session.followers.clear();
    session.diverged_since.reset();
    session.quorum.reset();
    session.next_probe = {};
    session.next_health = {};
}

}  // namespace

bool is_leftover(const Assignment& desired, const LocalState& local) {
    return local.removal == Removal::Ordered ||
           is_other_order(desired.ordered_at, local.ordered_at);
}

LocalState given_up(LocalState local, const Assignment* desired, WallTime now) {
    if (desired == nullptr || local.removal == Removal::Ordered || !is_leftover(*desired, local))
        return local;
    local.removal = Removal::Ordered;
    local.removed_at = now;
    return local;
}

bool may_begin_anew(const LocalState& local) { return local.begun_empty && !local.initialized; }

LocalState before_step(LocalState local, const Step& step, const Assignment* desired) {
    if (desired == nullptr || is_leftover(*desired, local)) return local;
    if (desired->fence > local.fence) local.fence = desired->fence;
    // Also where it was not known before (an older agent's journal): the data stays, and is this
    // order's. An older master's order leaves it open again whose the data are.
    local.ordered_at = desired->ordered_at;
    // Made ready to lead though its journal was lost: there is a volume, and that stays known
    // whatever happens now. Only a founder begins with nothing.
    const bool readies = step.kind == StepKind::Prepare || step.kind == StepKind::Start;
    if (readies && !local.led && desired->role == ReplicaRole::Primary && !desired->founder)
        local.initialized = true;
    switch (step.kind) {
        // replica.json of a primary may make the service lead by itself, at once or when it starts
        // again.
        case StepKind::Prepare:
        case StepKind::RunInit:
        case StepKind::Start:
        case StepKind::Reload:
        case StepKind::Promote:
            if (desired->role == ReplicaRole::Primary) local.led = true;
            break;
        case StepKind::Stop:
        case StepKind::EnsureImage:
        case StepKind::RunJoin:
        case StepKind::Fence:
        case StepKind::Rejoin:
        case StepKind::Erase:
        case StepKind::Probe:
        case StepKind::Wait: break;
    }
    return local;
}

LocalState after_step(LocalState local, const Step& step, const Assignment* desired) {
    if (step.kind == StepKind::Erase) return LocalState{.partition = local.partition};
    if (desired == nullptr || is_leftover(*desired, local)) return local;
    switch (step.kind) {
        case StepKind::RunInit:
            local.initialized = true;
            local.promoted = desired->fence;
            break;
        case StepKind::RunJoin:
            local.initialized = true;
            local.led = false;
            local.diverged = false;
            break;
        case StepKind::Rejoin:
            local.led = false;
            local.diverged = false;
            break;
        case StepKind::Start:
            local.shape = shape_of(*desired);
            took_up(local, *desired);
            break;
        case StepKind::Reload: took_up(local, *desired); break;
        case StepKind::Promote:
            local.promoted = desired->fence;
            took_up(local, *desired);
            break;
        // Killed: it certainly obeys the new fence, though it has taken up nothing of the new
        // assignment.
        case StepKind::Fence: local.applied = desired->fence; break;
        case StepKind::EnsureImage:
        case StepKind::Prepare:
        case StepKind::Stop:
        case StepKind::Erase:
        case StepKind::Probe:
        case StepKind::Wait: break;
    }
    return local;
}

LocalState adopted(LocalState local, const Assignment& desired, bool leads,
                   const std::optional<Position>& position) {
    local.initialized = true;
    local.led = leads;
    local.shape = shape_of(desired);
    if (leads && position && position->epoch == desired.fence.epoch) {
        local.promoted = desired.fence;
        local.applied = desired.fence;
    }
    return local;
}

Session session_after(Session session, const Step& step, const Assignment* desired) {
    const Revision revision = desired == nullptr ? Revision() : desired->revision;
    switch (step.kind) {
        case StepKind::EnsureImage: session.image_ready = true; break;
        case StepKind::Prepare: session.prepared = revision; break;
        case StepKind::Start:
            session.service = ServiceState::Running;
            forget_probe(session);
            break;
        case StepKind::Reload:
        case StepKind::Promote: forget_probe(session); break;
        case StepKind::Stop:
        case StepKind::Fence:
            session.service = ServiceState::Ended;
            session.prepared = Revision();
            forget_probe(session);
            break;
        case StepKind::Erase: session = Session{}; break;
        case StepKind::RunInit:
        case StepKind::RunJoin:
        case StepKind::Rejoin:
        case StepKind::Probe:
        case StepKind::Wait: break;
    }
    return session;
}

}  // namespace foyer::agent
