// A group of boxes in virtual time: common/leadership itself, with a disk that forgets, a network
// that loses, delays, repeats and cuts one way, drifting clocks, freezes, and the model database.
//
// One seed repeats a whole run. Times of events are true time; a box reads its own clock.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <set>
#include <string>

#include "common/base/random.h"
#include "common/leadership/member.h"
#include "tests/sim/group/database.h"
#include "tests/sim/group/planted.h"

namespace foyer::sim::group {

struct Shape {
    std::string name = "3";
    int data = 3;
    int witnesses = 0;
    int spares = 1;  // boxes that may be swapped in
    int copies = 2;
    int floor = 2;  // of the first record
    ReplicationMode mode = ReplicationMode::Synchronous;
    lead::Timing timing = {};
    bool founder = false;       // S begins with one member
    int drift_ppm = 450;        // of clocks, each way
    bool harsh = false;         // each second message comes late
    bool bad_copies = false;    // copies are found bad all the time, and cloned
    bool mute_copies = false;   // copies cannot say for a while where their log ends
    bool partitions = false;    // splits, bridges and rings, made at once
    bool new_promises = false;  // T changes all the time
    bool wild_clocks = false;   // beyond A1: only what rests on counting is checked
};

// What changes as faults come and go; zeros: calm.
struct Weather {
    int loss_percent = 0;
    int repeat_percent = 0;
    int late_percent = 0;  // of messages, up to `late_ms`
    std::int64_t late_ms = 0;
    std::int64_t disk_ms = 20;   // fsync takes up to
    std::int64_t read_ms = 20;   // a receiver leaves its socket unread up to
    std::int64_t hook_ms = 100;  // a hook of the database takes up to
};

struct Box {
    ReplicaIndex index;
    bool data = true;
    bool spare = false;
    bool named = false;  // in a record, at any time
    // The machine.
    bool powered = true;
    std::int64_t frozen_until = 0;  // true time
    std::vector<std::function<void()>> thaws;
    std::uint64_t boot = 1;
    std::int64_t clock_offset = 0;
    std::int64_t clock_from = 0;  // true time at which the offset holds
    int clock_ppm = 0;
    // The disk: what is there, and what is on its way.
    std::optional<lead::Durable> disk;
    std::deque<lead::Persist> persisting;
    bool led = false;  // the agent's journal
    // The agent.
    bool running = false;
    bool paused = false;  // by its host
    bool mute = false;    // it cannot say where its log ends
    std::uint64_t life = 0;
    lead::State state;
    std::uint64_t open_number = 0;  // of the ReadEnd that the next opening rests on
    std::vector<lead::Send> held_back;
    std::int64_t hooks_until = 0;  // true time at which the last hook given ends
    std::uint64_t cuts = 0;        // what was begun before a cut is not finished after it
    // The fences, in the kernel and beside the agent.
    MonoTime lease_until;
    Database database;
    bool rejoining = false;  // its log is being replaced
    bool torn = false;       // the agent's journal: and that has begun
    bool lost = false;       // for good
};

class Invariants;

lead::MemberEntry entry_of(const Box& box);

class World {
public:
    World(std::uint64_t seed, const Shape& shape, Planted planted);
    ~World();

    void run_until(std::int64_t true_ms);
    std::int64_t now() const { return now_; }
    MonoTime clock_of(const Box& box) const;
    std::vector<Box>& boxes() { return boxes_; }
    Box& box(ReplicaIndex index) { return boxes_[static_cast<std::size_t>(index.number)]; }
    const Shape& shape() const { return shape_; }
    Weather& weather() { return weather_; }
    Rng& rng() { return rng_; }
    std::int64_t below(std::int64_t bound);  // uniform in [0, bound]
    bool percent(int chance);

    // Faults.
    void crash(Box& box);  // power lost
    void boot(Box& box);
    void kill_agent(Box& box);  // the process alone; the database runs on
    void start_agent(Box& box);
    void freeze(Box& box, std::int64_t length);
    void block(ReplicaIndex from, ReplicaIndex to) { blocked_.insert({from, to}); }
    void unblock_all() { blocked_.clear(); }
    void thaw_all();
    void break_wait(Box& box);  // a commit that waits for copies stops waiting
    void set_clock(Box& box, int ppm);
    void hand_in(Box& box, const lead::Input& input);

    bool gate_open(const Box& box) const;
    bool is_frozen(const Box& box) const { return box.frozen_until > now_; }
    bool can_reach(ReplicaIndex from, ReplicaIndex to);
    // The box that leads by its own view, in the newest fence; null: none.
    Box* leader();
    std::optional<std::string> broken() const;  // the first invariant that fell
    Invariants& invariants() { return *invariants_; }
    std::map<std::string, int>& coverage() { return coverage_; }
    std::map<ReplicaIndex, int>& clock_resignations() { return clock_resignations_; }
    void set_trace(bool on) { trace_ = on; }
    void say(const std::string& text);
    void describe();  // every box, into the trace
    std::uint64_t writes() const { return next_write_ - 1; }

    void at(std::int64_t true_ms, std::function<void()> what);
    void later(std::int64_t most_ms, std::function<void()> what);  // within 1 to most
    // On a box: not while it is frozen, never if it lost power since.
    void on_box(Box& box, std::int64_t in_ms, std::function<void()> what);
    // On an agent: never if that process ended.
    void on_agent(Box& box, std::int64_t in_ms, std::function<void()> what);
    void on_hook(Box& box, std::int64_t most_ms, std::function<void()> what);

private:
    void tick(Box& box);
    void execute(Box& box, const lead::Effect& effect);
    void tell_data_path(const Box& box, const lead::Effect& effect);
    void persist_next(Box& box);
    void persisted(Box& box);
    void send(Box& box, const lead::Message& message);
    void deliver(const lead::Message& message);
    void note_named(const lead::Record& record);
    void note_transitions(const Box& box, const lead::State& before);
    // streams.cpp
    void connect(Box& standby);
    void pump(Box& leader);
    void receive(ReplicaIndex standby, std::uint64_t connection, std::size_t from,
                 const std::vector<Entry>& batch);
    void acknowledge(Box& leader);
    void rejoin(Box& box, ReplicaIndex leader, Fence fence, std::uint64_t cuts);
    bool is_replay_held(const Box& box) const;
    void observe_streams(Box& leader);
    void client(Box& box);
    void step_streams(Box& box);
    // effects.cpp
    void kill_service(Box& box, Epoch epoch);
    void promote(Box& box, Fence fence);
    void cut(Box& box);
    void tell_end(Box& box, std::uint64_t cuts);  // of its log, once all of that is replayed
    void lease(Box& box, MonoTime until);

    struct Event {
        std::int64_t at;
        std::uint64_t order;
        std::function<void()> what;
        bool operator<(const Event& other) const {
            return at != other.at ? at > other.at : order > other.order;
        }
    };
    Shape shape_;
    Planted planted_;
    SeededRng rng_;
    Weather weather_;
    std::int64_t now_ = 0;
    std::uint64_t next_order_ = 0;
    std::uint64_t next_write_ = 1;
    std::uint64_t next_connection_ = 1;
    bool trace_ = false;
    std::priority_queue<Event> events_;
    std::vector<Box> boxes_;
    std::set<std::pair<ReplicaIndex, ReplicaIndex>> blocked_;
    std::map<std::string, int> coverage_;
    std::map<ReplicaIndex, int> clock_resignations_;
    std::optional<ReplicaIndex> handed_to_;
    std::unique_ptr<Invariants> invariants_;
};

}  // namespace foyer::sim::group
