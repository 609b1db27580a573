// The decision: (state, command, now) -> changes and reply. Pure and deterministic; refuses with a
// reason a machine can check.
//
// decide() never mutates: the planner applies `changes` with state.revision().next() once they are
// committed.
#pragma once

#include "common/base/result.h"
#include "common/base/time.h"
#include "master/domain/command.h"
#include "master/domain/state.h"

namespace foyer::master {

Result<Decision> decide(const State& state, const Command& command, WallTime now);

// What is known of an earlier write under the same id.
struct EarlierRequest {
    std::string reply;  // as recorded
};

struct RequestKey {
    AccountId account;
    RequestId id;
};

// Absent: new. Aborted: the id was used with another body. FailedPrecondition: its answer held a
// secret and was given longer ago than `secret_shown`.
Result<std::optional<EarlierRequest>> earlier_request(const State& state, const RequestKey& key,
                                                      const std::string& body_hash, WallTime now,
                                                      Duration secret_shown);

}  // namespace foyer::master
