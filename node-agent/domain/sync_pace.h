// When the next Sync goes out: after an answer, after a failure, and when there is news while a
// call is held.
#pragma once

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/sync.h"
#include "node-agent/domain/backoff.h"

namespace foyer::agent {

struct SyncRules {
    Backoff backoff{Duration(500), Duration(30'000)};
    Backoff refused_backoff{Duration(30'000),
                            Duration(600'000)};  // of a box the master does not want
    Duration coalesce{200};
    Duration hold_first{30'000};  // until the master has said how long it holds
    Duration deadline_margin{10'000};
    Duration pace{400};  // news end a held call at most this often
};

// A call that waits for the master's news is ended by the box's own. One that carries a report is
// not: it is answered at once, and on a line that carries nothing it must be let fail, or news that
// never stop would hide that for ever and no other address would be dialled.
bool is_ended_by_news(const SyncReport& report);

// The master answered that it does not want this box.
bool is_refused(ErrorCode code);

class SyncPace {
public:
    explicit SyncPace(const SyncRules& rules) : rules_(rules), hold_(rules.hold_first) {}

    struct Pause {
        Duration span{0};
        bool until_news = false;  // news end it early
    };
    // The master answered, and the agent did with it what `digested` says. A difference that did
    // not fit is asked for in full at once; a master that never fits is asked ever more slowly.
    Pause answered(const SyncAnswer& answer, const Status& digested, Rng& rng);
    Pause failed(ErrorCode code, Rng& rng);
    // News end a call that began `since` ago after this time: what comes within it travels along,
    // and calls do not follow one another faster than the pace.
    Duration until_news_end_call(Duration since) const;

    Duration hold() const { return hold_; }  // as the master said last
    int failures() const { return failures_; }

private:
    SyncRules rules_;
    int failures_ = 0;  // in a row
    Duration hold_;
};

}  // namespace foyer::agent
