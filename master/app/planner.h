// One thread that decides. Handlers queue commands; the planner takes whatever waits, decides each
// on a private copy of the state, commits all changes in one transaction, publishes the new state,
// then answers. Nothing speculative is visible before commit.
//
// States:  Loading ──► Leading ──(connection lost)──► Loading          Leading ──(another master
// leads)──► Deposed (writes refused for ever) While Loading writes are refused with Unavailable and
// reads see the last published state.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "common/base/random.h"
#include "common/base/time.h"
#include "master/app/store.h"
#include "master/domain/command.h"
#include "master/domain/decide.h"
#include "master/domain/precondition.h"
#include "master/domain/state.h"

namespace foyer::master {

// Renders the answer of a write from the state that holds its changes. Runs on the planner's
// thread: pure and short.
using Render = std::function<std::string(const State& after, const Reply& reply)>;

struct Write {
    Command command;
    // With a request id, the rendered answer is recorded with the effect and given again to a
    // repetition.
    AccountId account;
    // Of who asks; it may be revoked while the write waits. Empty: the master itself.
    TokenId token;
    MemberName member;      // the person who asks; empty: the account itself
    std::string_view rpc;   // of the public API, kept for ever: it is audited; empty: it is not
    RequestId request_id;   // empty: not recorded
    std::string body_hash;  // hex SHA-256 of method and body
    std::optional<Precondition> precondition;
    bool validate_only = false;
    bool secret = false;  // the rendered answer holds one, sealed; its record is wiped in time
    Render render;        // may be empty
};

struct Answer {
    std::string rendered;
    Reply reply;
    Revision revision;      // of the state it was rendered from
    bool replayed = false;  // an earlier answer of the same request id
};

enum class PlannerPhase { Loading, Leading, Deposed };

struct PlannerLimits {
    std::size_t queue_max = 10'000;  // writes waiting; a full queue refuses with ResourceExhausted
    std::size_t batch_max = 500;     // decisions in one transaction
    Duration reload_delay_min{200};
    Duration reload_delay_max{5'000};
    Duration secret_shown{600'000};  // a repetition is given a secret again for so long
};

struct PlannerCounters {
    std::uint64_t decided = 0;
    std::uint64_t refused = 0;
    std::uint64_t commits = 0;
    std::uint64_t committed_entries = 0;
    std::uint64_t reloads = 0;
    std::size_t queued = 0;
};

class Planner {
public:
    using Done = std::function<void(Result<Answer>)>;
    // Called after each publication, on the planner's thread: wake the held calls whose node
    // changed. Must not block.
    using Published = std::function<void(const State& state, const State& before)>;
    // For the shell's log: "reload", "commit_failed", "deposed" with a text.
    using Note = std::function<void(std::string_view event, std::string_view text)>;

    Planner(ClusterSettings settings, std::unique_ptr<Store> store, Clock& clock, Rng& rng,
            PlannerLimits limits, Note note);
    ~Planner();  // finishes the batch under way, refuses the rest

    void on_published(Published published);  // before start()
    void start();
    void stop();
    // One turn of the thread's work, for a caller that has time of its own instead (the simulator)
    // and never calls start(): tries once to load, or decides what waits. Returns how long to wait
    // before the next turn; absent: until something is submitted, or for ever when deposed.
    std::optional<Duration> turn();

    // Never blocks. `done` runs exactly once, on the planner's thread (or here, when refused at
    // once).
    void submit(Write write, Done done);
    // Waits for the answer.
    Result<Answer> write(Write write);

    // Reads the published state under a shared lock: short, no I/O inside.
    template <class Fn>
    auto read(Fn&& fn) const {
        const std::shared_lock lock(published_mutex_);
        return fn(static_cast<const State&>(*published_));
    }

    PlannerPhase phase() const;
    PlannerCounters counters() const;
    Store& store() { return *store_; }  // events() only

private:
    struct Job {
        Write write;
        Done done;
    };
    struct Decided {
        Job job;
        Result<Answer> answer;
        std::optional<Entry> entry;
    };

    void run(const std::stop_token& stop);
    bool load(const std::stop_token& stop);
    bool try_load();
    Duration reload_delay();
    std::vector<Job> take(const std::stop_token& stop);
    std::vector<Job> take_locked();
    void process(std::vector<Job> jobs);
    Decided decide_one(Job job);
    Result<std::optional<Answer>> answer_at_once(const Write& write, WallTime now) const;
    AuditEntry audited(const Write& write, const Reply& reply, WallTime now,
                       Revision revision) const;
    void settle(std::vector<Decided> decided);
    void redecide_singly(std::vector<Decided> decided);
    void publish();
    void refuse(std::vector<Decided> decided, const Error& why);
    void refuse_queue(const Error& why);

    ClusterSettings settings_;
    std::unique_ptr<Store> store_;
    Clock& clock_;
    Rng& rng_;
    PlannerLimits limits_;
    Note note_;
    Published published_hook_;

    // Planner thread only. Shares its rows with the published one.
    std::unique_ptr<State> working_;
    Duration reload_delay_;  // likewise
    mutable std::shared_mutex published_mutex_;
    std::unique_ptr<State> published_;

    mutable std::mutex queue_mutex_;
    std::condition_variable_any queue_filled_;
    std::deque<Job> queue_;
    PlannerPhase phase_ = PlannerPhase::Loading;
    bool stopping_ = false;
    PlannerCounters counters_;

    std::jthread thread_;
};

}  // namespace foyer::master
