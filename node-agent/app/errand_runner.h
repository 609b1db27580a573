// Does what the master asks for at once, each errand in a thread of its own while it lasts, and
// tells how it ended. An idle box has none of these threads.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "common/log/log.h"
#include "common/model/errand.h"
#include "node-agent/app/ports.h"

namespace foyer::agent {

struct ErrandRules {
    std::size_t at_once_max = 8;
    bool exec = true;   // false: programs are refused
    int tells_max = 3;  // attempts to tell how one ended
    Duration tell_again{500};
};

class ErrandRunner {
public:
    // NotFound: nobody waits for it any more. Blocks; called from several threads.
    using Tell = std::function<Status(const ErrandId& id, const Result<ErrandOutcome>& outcome)>;

    ErrandRunner(PartitionConsole& console, Tell tell, Log& log, ErrandRules rules = {})
        : console_(console), tell_(std::move(tell)), log_(log), rules_(rules) {}
    ~ErrandRunner();  // ends those under way

    // What there is no room for is told at once; nothing waits.
    void take(const std::vector<Errand>& errands);

private:
    struct Running {
        std::atomic<bool> ended = false;
        std::jthread thread;
    };
    void begin(const Errand& errand, bool room);
    void run(const Errand& errand, bool room, const std::stop_token& stop);

    PartitionConsole& console_;
    const Tell tell_;
    Log& log_;
    const ErrandRules rules_;
    std::mutex mutex_;
    std::list<std::unique_ptr<Running>> running_;
};

}  // namespace foyer::agent
