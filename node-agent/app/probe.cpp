// The probing half of PartitionTask: health, position, and what they teach.
#include <algorithm>

#include "node-agent/app/hook_output.h"
#include "node-agent/app/partition_task.h"
#include "node-agent/domain/hook_truth.h"

namespace foyer::agent {
namespace {

Health unhealthy(std::string detail) {
    return {.healthy = false, .ready = false, .diverged = false, .detail = std::move(detail)};
}

Result<Health> ask_health(PartitionRuntime& runtime, const PartitionId& id, const Release& release,
                          std::stop_token interrupted) {
    if (!release.hooks.contains("health"))
        return Health{.healthy = true, .ready = true, .diverged = false, .detail = ""};
    const HookResult result = TRY(runtime.run_live_hook(
        id, release, "health", [](const std::string&) {}, std::move(interrupted)));
    if (result.exit_code != 0)
        return unhealthy("health hook ended with status " + std::to_string(result.exit_code) +
                         ": " + result.last_messages);
    auto health = parse_health(result.output);
    if (!health.ok()) return unhealthy(health.failure().message);
    return health;
}

void forget_position(Session& session) {
    session.position.reset();
    session.followers.clear();
    session.quorum.reset();
}

}  // namespace

Status PartitionTask::probe(std::stop_token interrupted) {
    const Release release_now = TRY(release());
    if (!elects()) {
        TRY(probe_health(release_now, interrupted));
        return probe_position(release_now, std::move(interrupted));
    }
    // A group waits for the position, hardly for health: that is asked at its own pace.
    TRY(probe_position(release_now, interrupted));
    TRY(believe_position());
    teach(Probed::Position);
    if (is_health_due()) {
        TRY(probe_health(release_now, std::move(interrupted)));
        session_.next_health = session_.next_probe;
    }
    session_.next_probe = next_copy_probe(release_now);
    session_.copy.mute = may_never_tell(local_, session_);
    return ok_status();
}

// A hook that lies is one that failed: it is tried again, and the reason is shown.
Status PartitionTask::believe_position() {
    if (!session_.position) return ok_status();
    const Position said = *session_.position;
    const std::string where = "generation " + std::to_string(said.generation.number()) +
                              ", epoch " + std::to_string(said.epoch.number());
    const bool denied = denies_promotion(order_, local_, session_.copy, said);
    if (denied) {
        LocalState undone = local_;
        undone.promoted = {};
        TRY(keep(undone));
        session_.copy.promotion_failed = order_.fence;
    }
    if (is_of_the_future(order_, said)) {
        forget_position(session_);
        session_.copy.mute = true;  // asked where its log ends, it is stopped: it cannot say
        return error(ErrorCode::FailedPrecondition,
                     "position: says " + where + ", which its group has not begun: not believed");
    }
    if (denied)
        return error(ErrorCode::FailedPrecondition,
                     "promote: said it was done, but its log is still of " + where);
    if (confirms_promotion(order_, said)) session_.copy.promotion_seen = order_.fence;
    return ok_status();
}

// Not while somebody waits for the next position, unless that lasts.
bool PartitionTask::is_health_due() {
    const MonoTime now = ports_.clock.mono();
    if (session_.health && now < session_.next_health) return false;
    if (!session_.health_due) session_.health_due = now;
    if (awaits_probe(order_, session_) && now - *session_.health_due < rules_.copy.health_waits)
        return false;
    session_.health_due.reset();
    return true;
}

MonoTime PartitionTask::next_copy_probe(const Release& release_now) const {
    Duration pause = release_now.health_period;
    if (!session_.health || !session_.health->ready)
        pause = std::min(pause, rules_.unready_probe_period);
    // One that does not answer yet is not made faster by asking more often.
    if (awaits_probe(order_, session_))
        pause = session_.position ? rules_.copy.hurried_probe : rules_.copy.silent_probe;
    return ports_.clock.mono() + pause;
}

Status PartitionTask::probe_health(const Release& release_now, std::stop_token interrupted) {
    const Health health =
        TRY(ask_health(ports_.runtime, local_.partition, release_now, std::move(interrupted)));
    const MonoTime now = ports_.clock.mono();
    session_.health = health;
    if (!health.diverged) session_.diverged_since.reset();
    if (health.diverged && !session_.diverged_since) session_.diverged_since = now;
    if (health.diverged && !local_.diverged &&
        now - *session_.diverged_since >= rules_.steps.rejoin_after) {
        LocalState changed = local_;
        changed.diverged = true;
        TRY(keep(changed));
    }
    session_.next_probe =
        now + (health.ready ? release_now.health_period
                            : std::min(release_now.health_period, rules_.unready_probe_period));
    return ok_status();
}

Status PartitionTask::probe_position(const Release& release_now, std::stop_token interrupted) {
    if (!release_now.hooks.contains("position")) {
        if (!local_.led && desired_)
            return keep(
                adopted(local_, *desired_, desired_->role == ReplicaRole::Primary, std::nullopt));
        return ok_status();
    }
    const HookResult result = TRY(ports_.runtime.run_live_hook(
        local_.partition, release_now, "position", [](const std::string&) {},
        std::move(interrupted)));
    const auto report = parse_position(result.output);
    if (result.exit_code != 0 || !report.ok()) {
        forget_position(session_);
        // A copy that cannot say where it stands while nothing is known of it stays untouched and
        // unasked-for until it can.
        if (!local_.led)
            return error(
                ErrorCode::Unavailable,
                "position hook does not answer: " +
                    (result.exit_code != 0 ? result.last_messages : report.failure().message));
        return ok_status();
    }
    session_.position = report.value().position;
    session_.followers = report.value().followers;
    session_.quorum = report.value().quorum;
    if (!local_.led && desired_)
        return keep(adopted(local_, *desired_, report.value().leads, session_.position));
    return ok_status();
}

}  // namespace foyer::agent
