// The master: the real Planner, AgentSync and Presence, turned by virtual time over a SimStore. It
// can die at any moment, also within a commit, and be started again.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "master/app/agent_sync.h"
#include "master/app/hearing.h"
#include "tests/sim/sim_store.h"

namespace foyer::sim {

// Held calls without a thread and without deadlines: whoever holds one says when its time is up.
class SimDesk final : public master::Desk {
public:
    explicit SimDesk(Timeline& timeline) : timeline_(timeline) {}

    Result<Ticket> wait(const std::string& key, MonoTime until, Ready ready, Wake wake) override;
    void recheck(Ticket ticket, const master::State& state) override;
    void cancel(Ticket ticket) override;
    void replace(const std::string& key) override;
    void post(std::function<void()> work) override;

    void recheck_key(const std::string& key, const master::State& state);
    void recheck_all(const master::State& state);
    void expire(const std::string& key);
    bool holds(const std::string& key) const { return by_key_.contains(key); }

private:
    struct Waiter {
        Ticket ticket = 0;
        Ready ready;
        Wake wake;
    };
    void finish(const std::string& key, master::Woken why);

    Timeline& timeline_;
    Ticket next_ = 1;
    std::map<std::string, Waiter> by_key_;
    std::map<Ticket, std::string> keys_;
    std::vector<std::function<void()>> work_;  // run as the next event, never inside a caller
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

class SimMaster {
public:
    struct Hooks {
        std::function<CommitFault()> commit_fault;
        std::function<Moment()> commit_time;
        // Committed and published: what changed, for the invariants.
        std::function<void(const master::State& now, const master::State& before,
                           const std::vector<master::Entry>&)>
            published;
        std::function<void()> died;
        std::function<void(const master::State&)> loaded;
    };
    SimMaster(Room& room, Disk& disk, master::ClusterSettings settings, Hooks hooks);
    ~SimMaster();

    void start();
    void crash();
    // The process runs; it may still be loading.
    bool up() const { return life_ != nullptr; }
    bool serves() const;
    SimClock& clock() { return clock_; }
    const master::PresenceLimits& limits() const { return presence_limits_; }
    std::uint64_t lives() const { return lives_; }

    // `done` is called while this life of the master lasts, or never.
    void submit(master::Write write, master::Planner::Done done);
    void sync(const NodeId& node, SyncReport report, master::AgentSync::Done done);
    void hang_up(const NodeId& node);
    bool holds(const NodeId& node) const;
    void hold_ends(const NodeId& node);
    // It was heard of `then`, and this is told only now.
    void heard(const NodeId& node, Moment then, WallTime clock);
    // Judges who is silent; whether somebody is late.
    bool judge();
    // When it last decided who is silent; the commit comes later.
    Moment judged_at() const { return life_ ? life_->marked_at : 0; }
    // One tick of the repair, and more at once where it says so.
    void repair();
    // Whether a tick can have something to do: now, or when enough time has passed.
    bool has_repairs() const;
    void step_clock(Duration by);
    void right_clock();

    template <class Fn>
    auto read(Fn&& fn) const {
        return life_->planner->read(std::forward<Fn>(fn));
    }
    const master::SecretSeal& seal() const { return seal_; }

private:
    struct Life {
        explicit Life(Timeline& timeline) : desk(timeline) {}
        std::unique_ptr<master::Planner> planner;
        std::unique_ptr<master::Presence> presence;
        SimDesk desk;
        std::unique_ptr<master::AgentSync> sync;
        std::map<NodeId, master::HeldSync> held;
        std::vector<master::Entry> batch;  // committed, not yet published
        std::vector<NodeId> touched;       // whose wish may have changed by it
        bool all_touched = false;
        bool dead = false;
        bool marking = false;
        Moment marked_at = 0;
        bool repairing = false;
        master::Hearing hearing{Duration(30 * second)};
        Moment listened = 0;
        bool heard = false;
        bool isolated = false;
    };
    void pump();
    void turn();
    void committed(const std::vector<master::Entry>& batch);
    void published(const master::State& state, const master::State& before);
    void listen();
    void tick(WallTime hearing_since, int at_most);
    void touch(const master::State& state, const std::vector<master::Entry>& batch);
    void bury_the_dead();

    Room& room_;
    Disk& disk_;
    master::ClusterSettings settings_;
    Hooks hooks_;
    SimClock clock_;
    Dice dice_;
    master::SecretSeal seal_;
    master::PresenceLimits presence_limits_;
    std::unique_ptr<Life> life_;
    std::uint64_t lives_ = 0;
    EventId turn_ = no_event;
    EventId burial_ = no_event;
};

std::string desk_key(const NodeId& node);

}  // namespace foyer::sim
