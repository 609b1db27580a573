// The boxes of a World, doing what they are told: they pull their wish, copy logs, acknowledge, and
// report, in rounds of ten seconds. Some are down, some cannot reach the master, some are slow.
//
// Logs are positions (epoch, bytes). It knows what was acknowledged to clients, so it can say
// whether a leader was chosen that lacks some of it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/base/random.h"
#include "tests/support/world.h"

namespace foyer::test {

class ObedientBoxes {
public:
    ObedientBoxes(World& world, std::uint64_t seed) : world_(world), rng_(seed) {}

    std::set<NodeId> down;      // nothing runs there
    std::set<NodeId> cut;       // works on, but cannot reach the master
    std::set<NodeId> failing;   // services there fail
    std::set<NodeId> paused;    // by their hosts: there, and running nothing
    std::set<NodeId> leaving;   // by their hosts, for good
    int slow_percent = 0;       // chance that a standby does not get on in a round
    WallTime hearing_since{0};  // of the master
    Duration silent_after{75'000};
    std::optional<std::string> loss;    // an acknowledged write that a chosen leader lacks
    std::vector<std::string> problems;  // invariants that were broken, with the command's number

    // From now on every command is checked against the invariants.
    void check_invariants() { shadow_.emplace(world_.state); }

    // One round: boxes hear, work and report; the silent ones are marked; ticks until nothing more.
    void round();
    void rounds(int count) {
        for (int i = 0; i < count; ++i) round();
    }
    // Rounds until nothing is to be repaired any more, at most `most`; whether that was reached.
    bool settle(int most);
    // Runs a command as World::run does, and looks whether a new leader lacks something.
    void run(const master::Command& command);
    // The same for one that may be refused.
    bool attempt(const master::Command& command);

    bool holds(const std::string& node, const std::string& partition) const;

private:
    struct Copy {
        Assignment wish;
        bool initialized = false;
        Position log;
        bool following = false;
        bool open = false;  // a primary whose end of log enough copies hold
        std::map<std::string, FollowerView> followers;
    };
    using Copies = std::map<PartitionId, Copy>;

    void hear(const NodeId& node);
    void work();
    void lead(Copy& lead);
    bool follow(Copy& lead, Copy& standby);
    void report(const NodeId& node);
    void mark_silent();
    bool works(const NodeId& node) const {
        return is_up(node) && !failing.contains(node) && !paused.contains(node);
    }
    bool is_up(const NodeId& node) const { return !down.contains(node); }

    World& world_;
    std::optional<master::State> shadow_;  // the state before the command
    SeededRng rng_;
    std::map<NodeId, Copies> copies_;
    std::map<NodeId, WallTime> heard_;
    std::map<NodeId, std::vector<PartitionId>> erased_;
    std::map<std::pair<InstanceName, WallTime>, Position> acknowledged_;  // by order
};

}  // namespace foyer::test
