// What both deciders of steps share (next_step.cpp, copy_step.cpp).
#pragma once

#include <utility>

#include "common/base/check.h"
#include "node-agent/domain/next_step.h"

namespace foyer::agent {

inline constexpr MonoTime far_away{INT64_MAX / 2};

inline Step wait(std::string reason, MonoTime until = far_away) {
    return {StepKind::Wait, until, std::move(reason)};
}
inline Step act(StepKind kind) { return {kind, {}, {}}; }

// What is said while secrets are missing.
inline std::string secrets_awaited(SecretsState state) {
    switch (state) {
        case SecretsState::Known: return "";
        case SecretsState::WithGroup:
            return "waiting for the master or a member of its group: this box restarted and its "
                   "secrets were only in memory";
        case SecretsState::WithMaster:
            return "waiting for the master: this box restarted and its secrets were only in "
                   "memory";
        case SecretsState::LostByAll:
            return "all lost power together: the master is needed, their secrets were only in "
                   "memory";
    }
    CHECK(false);
}

// The steps that make the box ready for a hook or the service; Wait with an empty reason: it is
// ready.
inline Step readiness(const Session& session, bool prepared) {
    if (session.secrets != SecretsState::Known) return wait(secrets_awaited(session.secrets));
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
