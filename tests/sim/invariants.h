// What must hold after every step: the invariants of tests/support, and what is true of the world
// whatever the catalogue says. Says what is broken, or nothing.
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

    // What a batch touched; `whole`: everything, decision by decision.
    Broken after(const master::State& before, const master::State& state,
                 const std::vector<master::Entry>& batch, bool whole) const;
    // Everything.
    Broken whole(const master::State& state) const;

private:
    Broken step(const master::State& before, const master::State& state,
                const master::Entry& entry) const;
    Broken untrue(const master::State& state, const InstanceName& name) const;
    Broken untrue(const master::State& state, const NodeId& name) const;

    std::map<NodeId, Truth> truth_;
};

}  // namespace foyer::sim
