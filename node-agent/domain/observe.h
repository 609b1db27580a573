// What is said to the master of one partition, and when it is worth saying.
#pragma once

#include "common/base/time.h"
#include "node-agent/domain/next_step.h"

namespace foyer::agent {

// `step`: what is being done or waited for now; `step_text`: its progress, for people ("init:
// restoring dump").
PartitionObservation observe(const Assignment* desired, const LocalState& local,
                             const Session& session, const Step& step,
                             const std::string& step_text);

struct ReportRules {
    Duration quiet_period{
        30'000};  // mere progress of positions and lags is reported once in this time
};

// Whether `current` is worth a report of its own, `since_report` after `reported` was: every change
// of role, phase, fence, readiness, reason, followers' states and receiving is; bytes that only
// moved on are so only after the quiet period.
bool is_worth_reporting(const PartitionObservation& reported, const PartitionObservation& current,
                        Duration since_report, const ReportRules& rules);

}  // namespace foyer::agent
