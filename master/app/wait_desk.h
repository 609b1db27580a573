// Calls that are held until the state says so or their time is up, without a thread each.
//
// A waiter is a question about the state, asked again at each publication that concerns it, and a
// continuation that runs exactly once, on the desk's own thread and never under its lock. To miss
// nothing: wait() first, then recheck() with the state as it is published now.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "master/domain/state.h"

namespace foyer::master {

enum class Woken {
    Changed,   // the question was answered with yes
    Expired,   // its time is up
    Replaced,  // a newer wait under the same key
    Closed,    // the desk closes, or cancel()
};

// What whoever holds a call needs; implemented by WaitDesk, and by the simulator in virtual time.
class Desk {
public:
    virtual ~Desk() = default;
    using Ticket = std::uint64_t;
    using Ready =
        std::function<bool(const State& state)>;  // pure and short; runs under the desk's lock
    using Wake = std::function<void(Woken why)>;

    // A newer wait under the same key ends the older one; an empty key is nobody's.
    // ResourceExhausted: too many wait; `wake` is not kept.
    virtual Result<Ticket> wait(const std::string& key, MonoTime until, Ready ready, Wake wake) = 0;
    virtual void recheck(Ticket ticket, const State& state) = 0;
    virtual void cancel(Ticket ticket) = 0;  // unknown or woken already: nothing
    // Ends the wait under this key, if there is one, as a newer one would.
    virtual void replace(const std::string& key) = 0;
    // Runs `work` on the desk's thread: for what should not burden the planner's. At once when the
    // desk is closed.
    virtual void post(std::function<void()> work) = 0;
};

class WaitDesk final : public Desk {
public:
    WaitDesk(const Clock& clock, std::size_t waiting_max);
    ~WaitDesk() override;  // wakes everybody with Closed

    Result<Ticket> wait(const std::string& key, MonoTime until, Ready ready, Wake wake) override;
    void recheck(Ticket ticket, const State& state) override;
    void cancel(Ticket ticket) override;
    void replace(const std::string& key) override;
    void post(std::function<void()> work) override;

    // After each publication; never blocks for long. All are asked, or those under these keys.
    void published(const State& state);
    void published(const State& state, const std::vector<std::string>& keys);
    std::size_t waiting() const;
    void stop();

private:
    struct Waiter {
        std::string key;
        MonoTime until;
        Ready ready;
        Wake wake;
    };

    void run(const std::stop_token& stop);
    void finish_locked(std::map<Ticket, Waiter>::iterator at, Woken why);

    const Clock& clock_;
    const std::size_t waiting_max_;
    mutable std::mutex mutex_;
    std::condition_variable_any work_;
    bool closed_ = false;
    Ticket next_ = 1;
    std::map<Ticket, Waiter> waiters_;
    std::unordered_map<std::string, Ticket> by_key_;
    std::set<std::pair<MonoTime, Ticket>> deadlines_;
    std::vector<std::pair<Wake, Woken>> woken_;  // to be run by the desk's thread
    std::jthread thread_;
};

}  // namespace foyer::master
