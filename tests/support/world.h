// A small cluster made by real decisions: homes, boxes online, a release, an owner. Tests say only
// what they are about.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "master/domain/decide.h"
#include "master/domain/state.h"

namespace foyer::test {

inline constexpr WallTime noon{1'772'366'400'000};

struct HomeSpec {
    std::string name;
    std::string isp;
    std::string country = "FR";
    HostClass host_class = HostClass::Vetted;
    Resources capacity{Millicores(4000), gibibytes(8), gibibytes(100), KbitPerSecond(100'000)};
    bool edge = false;
};

class World {
public:
    explicit World(const std::vector<HomeSpec>& homes = three_homes(),
                   master::ClusterSettings settings = {});

    static std::vector<HomeSpec> three_homes();
    static std::vector<HomeSpec> five_homes();  // h1…h5 on isp1…isp5

    // Decides, applies, and fails the test on a refusal.
    master::Reply run(const master::Command& command);
    // Decides only.
    Result<master::Decision> attempt(const master::Command& command) const {
        return decide(state, command, now);
    }

    void add_home(const HomeSpec& home);
    void go_online(const std::string& node);
    master::OrderInstance order(const std::string& name) const;
    // Orders, and lets every box report that its copy runs.
    void serve(const std::string& name);

    // A box reports one copy; fields of `seen` not named here follow from the assignment.
    void report(const std::string& instance, int index, PartitionPhase phase, bool ready,
                std::optional<Position> position = std::nullopt);
    void report(const PartitionObservation& seen);

    const master::Instance& instance(const std::string& name) const;
    const master::Replica& replica(const std::string& instance, int index) const;
    // What its box last said of it.
    PartitionObservation reported(const std::string& instance, int index) const;
    const master::Operation& operation(const std::string& id) const;
    // How many events of this kind the log still holds.
    int events(std::string_view kind) const;

    master::State state;
    WallTime now = noon;
    std::vector<std::pair<Revision, master::Changes>> history;
};

}  // namespace foyer::test
