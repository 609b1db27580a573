// The long poll: one Sync outstanding at any time; one that is held is ended early and sent anew
// when this box has news.
//
// News within `coalesce` travel together. After a failure the next address is dialled, with backoff
// and jitter; partitions are not touched by any of it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "common/base/random.h"
#include "common/log/log.h"
#include "node-agent/app/agent.h"
#include "node-agent/domain/sync_pace.h"
#include "node-agent/link/departure.h"
#include "node-agent/link/master_client.h"
#include "node-agent/link/renewal.h"

namespace foyer::agent {

// Shown in the status.
struct LinkState {
    bool connected = false;
    std::string address;
    WallTime last_answer;  // 0: none yet
    std::string problem;   // empty: none
    bool left = false;     // this box has left the cloud: there is no link any more
    // This box's wall clock minus the master's, at its last answer; absent: not told.
    std::optional<Duration> clock_offset;
};

class SyncLoop {
public:
    // Given what the master asks for at once; must not block.
    using OnErrands = std::function<void(const std::vector<Errand>& errands)>;
    // Told of each answer that the agent took; must not block.
    using OnAnswer = std::function<void(const SyncAnswer& answer)>;
    SyncLoop(Agent& agent, MasterClient& client, Renewal& renewal, Departure& departure,
             const Clock& clock, Rng& rng, Log& log, SyncRules rules, OnErrands on_errands,
             OnAnswer on_answer = {});
    ~SyncLoop();

    // The agent has news. Any thread.
    void poke();
    LinkState state() const;

private:
    void run(const std::stop_token& stop);
    void nudge(const std::stop_token& stop);
    void round(const std::stop_token& stop);
    void answered(const SyncAnswer& answer, const std::stop_token& stop);
    void failed(const Error& cause, const std::stop_token& stop);
    void show_failed(const Error& cause);
    void note_clock(const SyncAnswer& answer);
    void pause(const SyncPace::Pause& pause, const std::stop_token& stop);
    void show(const LinkState& state);
    void show_connected(const std::string& problem);

    Agent& agent_;
    MasterClient& client_;
    Renewal& renewal_;
    Departure& departure_;
    const Clock& clock_;
    Rng& rng_;
    Log& log_;
    SyncRules rules_;
    const OnErrands on_errands_;
    const OnAnswer on_answer_;
    SyncPace pace_;  // of the thread alone, but for its rules

    std::optional<Duration> clock_told_;  // the wrong offset that was logged last

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    bool news_ = false;
    bool holding_ = false;     // a call is under way that news end
    std::uint64_t calls_ = 0;  // begun so far; the number of the one under way
    MonoTime call_started_;
    std::stop_source cancel_;
    LinkState state_;

    std::jthread nudger_;
    std::jthread thread_;
};

}  // namespace foyer::agent
