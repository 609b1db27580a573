// When a failed call is tried again, and after how long. Pure; the caller owns the waiting.
#pragma once

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/base/time.h"

namespace foyer::cli {

struct RetryLimits {
    int attempts_max = 6;  // the first one included
    Duration delay_first{400};
    Duration delay_max{8000};
};

// The same call may be sent again: nothing was decided, or its request_id makes it harmless.
bool is_retryable(ErrorCode code);

// Before attempt number `attempt` (2, 3, …): doubled each time, between half and the whole of it.
Duration retry_delay(int attempt, const RetryLimits& limits, Rng& rng);

}  // namespace foyer::cli
