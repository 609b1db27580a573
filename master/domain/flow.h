// Min-cost flow on a small graph: successive cheapest augmenting paths, exact in integers.
//
// For graphs of a few hundred arcs and flows of a few units (one order's copies); each path costs
// at most nodes * arcs steps. Among equally cheap paths the first in order of the arcs is taken.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace foyer::master {

class MinCostFlow {
public:
    static constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max() / 4;

    explicit MinCostFlow(int nodes) : out_(static_cast<std::size_t>(nodes)) {}

    int add_node();
    // Gives the arc's number. No cycle of negative cost may exist.
    int arc(int from, int to, std::int64_t capacity, std::int64_t cost = 0);
    // Sends up to `wanted` units at the least cost; gives how many went.
    std::int64_t send(int source, int sink, std::int64_t wanted);

    std::int64_t sent_on(int arc) const;
    // Nodes that `from` still reaches: the near side of a minimal cut.
    std::vector<char> reached(int from) const;
    // By node, p(to) <= p(from) + cost for every arc with room: the proof that no flow of this size
    // is cheaper.
    std::vector<std::int64_t> potentials() const;

private:
    struct Arc {
        int to = 0;
        std::int64_t room = 0;
        std::int64_t cost = 0;
    };

    // Cheapest ways over free arcs from nodes whose cost is given (and not unlimited) to all;
    // `by`: the arc by which each is reached, or -1.
    void cheapest(std::vector<std::int64_t>& cost, std::vector<int>& by) const;
    std::vector<std::int64_t> cheapest_from(int node, std::vector<int>& by) const;

    std::vector<std::vector<int>> out_;
    std::vector<Arc> arcs_;  // 2i and 2i + 1 are an arc and its reverse
};

}  // namespace foyer::master
