// What must hold after every step, judged from the committed state alone. Says what is broken, or
// nothing. It trusts no index of the state: sums are taken anew.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "master/app/store.h"
#include "master/domain/state.h"

namespace foyer::sim {

// What is true of a home, whatever the catalogue says.
struct Truth {
    IspId isp;
    Resources capacity;
};

class Invariants {
public:
    explicit Invariants(std::map<NodeId, Truth> truth) : truth_(std::move(truth)) {}
    using Broken = std::optional<std::string>;

    // What the last batch touched.
    Broken after(const master::State& state, const std::vector<master::Entry>& batch);
    // Everything.
    Broken whole(const master::State& state);

private:
    Broken instance(const master::State& state, const master::Instance& row);
    Broken node(const master::State& state, const master::Node& row) const;

    std::map<NodeId, Truth> truth_;
    std::map<InstanceName, std::pair<WallTime, Fence>> fences_;  // of this incarnation
};

}  // namespace foyer::sim
