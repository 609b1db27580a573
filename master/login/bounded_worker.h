// A thread for what takes long (a password is hashed, an identity provider is asked), so that
// neither the planner nor a connection waits for it. What waits is bounded, and nobody fills it
// alone.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "common/base/result.h"

namespace foyer::master {

class BoundedWorker {
public:
    struct Limits {
        std::size_t waiting_max = 64;
        std::size_t per_source_max = 4;
    };

    explicit BoundedWorker(Limits limits);
    ~BoundedWorker();  // what waits is dropped; whoever waits for an answer gets none

    // Unavailable (rule "login_busy"): too much waits; `work` is not kept.
    Status post(const std::string& source, std::function<void()> work);

private:
    struct Job {
        std::string source;
        std::function<void()> work;
    };

    void run(const std::stop_token& stop);

    const Limits limits_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<Job> jobs_;
    std::map<std::string, std::size_t> waiting_;  // by source
    std::jthread thread_;
};

}  // namespace foyer::master
