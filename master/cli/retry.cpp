#include "master/cli/retry.h"

#include <algorithm>

namespace foyer::cli {

bool is_retryable(ErrorCode code) {
    switch (code) {
        case ErrorCode::Unavailable:
        case ErrorCode::Unknown: return true;
        case ErrorCode::InvalidArgument:
        case ErrorCode::NotFound:
        case ErrorCode::AlreadyExists:
        case ErrorCode::PermissionDenied:
        case ErrorCode::Unauthenticated:
        case ErrorCode::FailedPrecondition:
        case ErrorCode::ResourceExhausted:
        case ErrorCode::Aborted:
        case ErrorCode::DeadlineExceeded:
        case ErrorCode::Internal: return false;
    }
    return false;
}

Duration retry_delay(int attempt, const RetryLimits& limits, Rng& rng) {
    const int doublings = std::clamp(attempt - 2, 0, 20);
    const std::int64_t whole =
        std::min(limits.delay_first.count() << doublings, limits.delay_max.count());
    const auto half = static_cast<std::uint64_t>(whole / 2);
    return Duration(static_cast<std::int64_t>(half + rng.below(half + 1)));
}

}  // namespace foyer::cli
