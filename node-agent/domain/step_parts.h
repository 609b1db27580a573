// What both deciders of steps share (next_step.cpp, copy_step.cpp).
#pragma once

#include <utility>

#include "node-agent/domain/next_step.h"

namespace foyer::agent {

inline constexpr MonoTime far_away{INT64_MAX / 2};

inline Step wait(std::string reason, MonoTime until = far_away) {
    return {StepKind::Wait, until, std::move(reason)};
}
inline Step act(StepKind kind) { return {kind, {}, {}}; }

// The steps that make the box ready for a hook or the service; Wait with an empty reason: it is
// ready.
inline Step readiness(const Session& session, bool prepared) {
    if (!session.secrets_known)
        return wait(
            "waiting for the master: this box restarted and its secrets were only in memory");
    if (!session.image_ready) return act(StepKind::EnsureImage);
    if (!prepared) return act(StepKind::Prepare);
    return wait("");
}
inline Step readiness(const Assignment& desired, const Session& session) {
    return readiness(session, session.prepared == desired.revision);
}

inline bool is_ready(const Step& step) {
    return step.kind == StepKind::Wait && step.reason.empty();
}

}  // namespace foyer::agent
