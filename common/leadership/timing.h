// The times of the protocol (common/docs/leadership.md section 2), as one struct, so that tests may
// shrink them. All are spans of the member's own clock.
#pragma once

#include "common/base/time.h"

namespace foyer::leadership {

struct Timing {
    // Service ends so long before the promises do: what a fence may take. Below T.
    Duration margin{1'000};
    // A voter waits so much longer than it promised: 500 ppm each way hold up to T = 100 s.
    Duration rate_slack{100};
    Duration renewal{1'000};
    Duration renewal_again{250};  // an unanswered one
    Duration renewal_stale{50};   // one refused for its echo: heard each other, so at once
    Duration delay_jitter{200};   // candidate: U(0, delay_jitter) + delay_rank × rank in S
    Duration delay_rank{600};
    Duration delay_barred{10'000};  // and so much more, who is barred
    Duration round_again{500};      // requests of a round; the first repeat comes after half of it
    // A candidate gives up so long after the others could hear its requests: not before its own cut
    // is done and its own vote durable.
    Duration round_max{2'000};
    Duration prevote_max{1'000};
    Duration next_try_min{200};  // after a failed round: U(next_try_min, next_try_max)
    Duration next_try_max{1'200};
    Duration elected_left{1'000};  // a lease shorter than this elects nobody
    Duration health_failed{5'000};
    Duration health_young{20'000};  // instead, until a leader has been open for health_settle
    Duration health_settle{60'000};
    Duration health_pause{60'000};  // not eligible after a resignation for health
    Duration health_window{3'600'000};
    int health_resignations = 2;     // in health_window; afterwards it stays and says so
    Duration promotion_max{60'000};  // not of a first leader, which makes the first copy
    int promotions_failed_max = 2;   // tries, likewise
    Duration tenure{600'000};        // no handover to a preferred member before
    Duration handover_max{2'000};
    Duration heir_alone{1'500};      // others stand so much later than who is preferred
    Duration shrink_after{30'000};   // a member of S that does not stream
    Duration grow_after{10'000};     // a member that streams and is caught up
    Duration lower_after{10'000};    // fewer than k of S stream
    Duration step_pause{5'000};      // between two of the four steps
    Duration step_max{30'000};       // a step whose record is not written yet is given up
    Duration settle{60'000};         // after `running`: who was stopped is not lost
    Duration announce_again{5'000};  // to learners, who do not answer
    Duration warm_before{2'000};     // own promise has so little left
    Duration resign_again{100};      // between the three datagrams of a resignation
    Duration rate_window{600'000};
    Duration rate_sample{60'000};  // one exchange is kept for each
    int rate_ppm_max = 500;
};

// A voter believes a request only while the newest answer its sender heard is younger.
constexpr Duration echo_limit(Duration promise) { return promise / 3; }

}  // namespace foyer::leadership
