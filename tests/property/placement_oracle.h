// Placement answered a second time, by other means: brute force, max-flow, and checks of what a
// refusal claims. Shares nothing with master/domain/placement and its parts but the rows.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "master/domain/placement.h"  // Demand and Placement only
#include "master/domain/state.h"

namespace foyer::test {

// Max-flow by Dinic.
class Dinic {
public:
    explicit Dinic(int nodes) : heads_(static_cast<std::size_t>(nodes), -1) {}
    void arc(int from, int to, std::int64_t capacity);
    std::int64_t flow(int source, int sink);

private:
    struct Arc {
        int to = 0;
        int next = 0;
        std::int64_t room = 0;
    };
    bool level(int source, int sink);
    std::int64_t push(int node, int sink, std::int64_t limit);

    std::vector<int> heads_;
    std::vector<Arc> arcs_;
    std::vector<int> levels_;
    std::vector<int> cursor_;
};

// A box that could hold one more copy, from the rows alone.
struct RoomyBox {
    NodeId name;
    std::string unit;  // family, or site where ISPs are relaxed
    std::string site;
    std::string country;
    bool may_lead = false;
    std::int64_t slots = 0;
};

std::vector<RoomyBox> roomy_boxes(const master::State& state, const master::Demand& demand);

// By trying sets of (unit, country, may lead) classes one after another.
bool possible(const std::vector<RoomyBox>& boxes, const master::Demand& demand);

// How many equal orders fit, by max-flow over Garage's graph and bisection. Units in one country
// each; host classes are not looked at.
std::int64_t orders_that_fit(const std::vector<RoomyBox>& boxes, const master::Demand& demand);

// The least L so that `orders` equal orders fit into floor(L * capacity) slots of every box, in
// millionths; by bisection over the same graph without countries.
std::int64_t least_load(const std::map<std::string, std::vector<std::int64_t>>& capacities,
                        std::int64_t orders, int replicas);

// Empty, or which rule the placement breaks.
std::string broken(const master::State& state, const master::Demand& demand,
                   const std::vector<NodeId>& nodes);

// Empty, or why the certificate of this refusal proves nothing.
std::string unproven(const master::State& state, const master::Demand& demand, const Error& why);

std::string fact(const Error& why, const std::string& key);
std::vector<std::string> split(const std::string& text, char by);

}  // namespace foyer::test
