// Asks the database a small question every few seconds, so that /healthz knows it is away before
// somebody's write finds out.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "common/base/time.h"
#include "master/app/planner.h"

namespace foyer::master {

struct ProbeLimits {
    Duration period{2'000};
    Duration answer_max{4'000};  // a question that takes longer counts as not answered
};

class DatabaseProbe {
public:
    // Borrows both. Starts its thread.
    DatabaseProbe(Planner& planner, const Clock& clock, ProbeLimits limits);
    ~DatabaseProbe();

    // Why the master cannot write now; nothing: it can.
    std::optional<std::string> trouble() const;

private:
    void run(const std::stop_token& stop);

    Planner& planner_;
    const Clock& clock_;
    const ProbeLimits limits_;
    mutable std::mutex mutex_;
    std::condition_variable_any pause_;
    std::optional<MonoTime> asked_;  // a question is under way
    std::optional<std::string> failure_;
    std::jthread thread_;
};

}  // namespace foyer::master
