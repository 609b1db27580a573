#include "master/cli/follow.h"

#include "master/cli/exit_code.h"

namespace foyer::cli {
namespace {

bool is_waited_for(ErrorCode code, const FollowRules& rules) {
    return is_retryable(code) || (rules.asks_a_box && code == ErrorCode::DeadlineExceeded);
}

}  // namespace

Status follow(Session& session, std::string path, const FollowRules& rules, const TakePage& take) {
    if (session.format() != Format::AsTable && session.format() != Format::AsJson)
        return usage_error(rules.what + " lines of text or of JSON", "repeat with --output json");
    const RetryLimits limits{.delay_max = Duration(5000)};
    int failures = 0;
    bool began = false;
    while (session.console().output_ok()) {
        const auto reply =
            TRY(session.api())
                ->call({.path = path, .hold = Duration(follow_hold_ms), .may_retry = false});
        if (reply.ok()) {
            failures = 0;
            began = true;
            path = TRY(take(reply.value().body));
            continue;
        }
        const bool given_up =
            !began && rules.first_tries_max > 0 && failures + 1 >= rules.first_tries_max;
        if (!is_waited_for(reply.failure().code, rules) || given_up)
            return advise(reply.failure(), rules.next);
        if (++failures == 1)
            session.console().note("foyer: " + reply.failure().message + "; waiting");
        pause_for(retry_delay(failures + 1, limits, session.rng()));
    }
    return ok_status();
}

}  // namespace foyer::cli
