#include "node-agent/domain/sync_pace.h"

#include <algorithm>

namespace foyer::agent {
namespace {

constexpr int failures_max = 30;  // the backoff has long reached its end

}  // namespace

bool is_ended_by_news(const SyncReport& report) { return !report.immediate; }

bool is_refused(ErrorCode code) {
    return code == ErrorCode::Unauthenticated || code == ErrorCode::PermissionDenied ||
           code == ErrorCode::NotFound;
}

SyncPace::Pause SyncPace::answered(const SyncAnswer& answer, const Status& digested, Rng& rng) {
    if (answer.hold_max > Duration(0)) hold_ = answer.hold_max;
    if (digested.ok()) {
        failures_ = 0;
        return {answer.next_delay, true};
    }
    if (digested.failure().code == ErrorCode::Aborted) {
        failures_ = std::min(failures_ + 1, failures_max);
        if (failures_ <= 2) return {};
        return failed(digested.failure().code, rng);
    }
    // The line is fine, the box is not: reports go on.
    failures_ = std::min(failures_ + 1, failures_max);
    return {backoff_wait(rules_.backoff, failures_, rng), true};
}

SyncPace::Pause SyncPace::failed(ErrorCode code, Rng& rng) {
    failures_ = std::min(failures_ + 1, failures_max);
    const Backoff& backoff = is_refused(code) ? rules_.refused_backoff : rules_.backoff;
    return {backoff_wait(backoff, failures_, rng), false};
}

Duration SyncPace::until_news_end_call(Duration since) const {
    return std::max(rules_.coalesce, rules_.pace - since);
}

}  // namespace foyer::agent
