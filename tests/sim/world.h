// One simulation: a master, its boxes, their lines, the customers and the faults, from one seed.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/invariants.h"
#include "tests/sim/network.h"
#include "tests/sim/people.h"
#include "tests/sim/scenario.h"

namespace foyer::sim {

class Faults;

class World {
public:
    World(Scenario scenario, std::uint64_t seed, Bug bug);
    ~World();

    // Lives to the end, or to the first broken invariant.
    void run();

    Room& room() { return room_; }
    const Scenario& scenario() const { return scenario_; }
    SimMaster& master() { return *master_; }
    Network& network() { return *network_; }
    Services& services() { return *services_; }
    Disk& disk() { return disk_; }
    People& people() { return *people_; }
    std::vector<std::unique_ptr<Box>>& boxes() { return boxes_; }
    Box& box(const NodeId& name);
    // A box may have fallen silent: judged soon, and again until nobody is late.
    void watch();
    // A tick of the repair is due within `span`, if there can be something to do.
    void want_repair(Moment span);
    Moment slow_commits = 0;  // of a database whose disk is slow

private:
    void found();
    void make_master();
    void commit_seen(const master::State& state, const master::State& before,
                     const std::vector<master::Entry>& batch);
    void check_nobody_evicted(const std::vector<master::Entry>& batch);
    void cover(const std::vector<master::Entry>& batch);
    void judge();
    void repair();
    bool live_until(Moment end);
    // All must be as ordered now. Says what is not.
    std::string unsettled();
    std::string unsettled_instance(const master::State& state, const master::Instance& row);
    bool has_remains(const master::State& state, const master::Instance& row);
    std::string unfinished_repair(const master::State& state, const master::Instance& row);
    std::string unsettled_box(const master::State& state, Box& box);
    void check_replay();

    Scenario scenario_;
    Room room_;
    Disk disk_;
    Invariants invariants_;
    std::unique_ptr<SimMaster> master_;
    std::unique_ptr<Network> network_;
    std::unique_ptr<Services> services_;
    std::vector<std::unique_ptr<Box>> boxes_;
    std::map<NodeId, int> numbers_;
    std::unique_ptr<People> people_;
    std::unique_ptr<Faults> faults_;
    std::map<InstanceName, std::string> instance_states_;
    std::map<NodeId, std::string> node_states_;
    std::map<std::string, std::string> phases_;
    std::map<OperationId, std::string> operations_;
    EventId judging_ = no_event;
    EventId repairing_ = no_event;
    Moment repair_at_ = 0;
    Moment watch_until_ = 0;
};

}  // namespace foyer::sim
