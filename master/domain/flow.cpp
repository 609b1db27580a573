#include "master/domain/flow.h"

#include <algorithm>
#include <deque>

#include "common/base/check.h"

namespace foyer::master {

int MinCostFlow::add_node() {
    out_.emplace_back();
    return static_cast<int>(out_.size()) - 1;
}

int MinCostFlow::arc(int from, int to, std::int64_t capacity, std::int64_t cost) {
    CHECK(capacity >= 0);
    const int number = static_cast<int>(arcs_.size());
    arcs_.push_back({to, capacity, cost});
    arcs_.push_back({from, 0, -cost});
    out_[static_cast<std::size_t>(from)].push_back(number);
    out_[static_cast<std::size_t>(to)].push_back(number + 1);
    return number;
}

void MinCostFlow::cheapest(std::vector<std::int64_t>& cost, std::vector<int>& by) const {
    std::vector<char> waits(out_.size(), 0);
    by.assign(out_.size(), -1);
    std::deque<int> open;
    for (std::size_t node = 0; node < out_.size(); ++node) {
        if (cost[node] == unlimited) continue;
        open.push_back(static_cast<int>(node));
        waits[node] = 1;
    }
    while (!open.empty()) {
        const auto node = static_cast<std::size_t>(open.front());
        open.pop_front();
        waits[node] = 0;
        for (const int number : out_[node]) {
            const Arc& arc = arcs_[static_cast<std::size_t>(number)];
            const auto to = static_cast<std::size_t>(arc.to);
            if (arc.room == 0 || cost[node] + arc.cost >= cost[to]) continue;
            cost[to] = cost[node] + arc.cost;
            by[to] = number;
            if (waits[to] == 0) open.push_back(arc.to);
            waits[to] = 1;
        }
    }
}

std::vector<std::int64_t> MinCostFlow::cheapest_from(int node, std::vector<int>& by) const {
    std::vector<std::int64_t> cost(out_.size(), unlimited);
    cost[static_cast<std::size_t>(node)] = 0;
    cheapest(cost, by);
    return cost;
}

std::vector<char> MinCostFlow::reached(int from) const {
    std::vector<int> by;
    std::vector<char> reached;
    for (const std::int64_t cost : cheapest_from(from, by))
        reached.push_back(cost == unlimited ? 0 : 1);
    return reached;
}

std::vector<std::int64_t> MinCostFlow::potentials() const {
    std::vector<int> by;
    std::vector<std::int64_t> cost(out_.size(), 0);
    cheapest(cost, by);
    return cost;
}

std::int64_t MinCostFlow::send(int source, int sink, std::int64_t wanted) {
    std::int64_t sent = 0;
    std::vector<int> by;
    while (sent < wanted) {
        if (cheapest_from(source, by)[static_cast<std::size_t>(sink)] == unlimited) break;
        std::int64_t units = wanted - sent;
        const auto each_arc = [&](const auto& visit) {
            for (int node = sink; node != source;) {
                const auto number = static_cast<std::size_t>(by[static_cast<std::size_t>(node)]);
                visit(number);
                node = arcs_[number ^ 1].to;
            }
        };
        each_arc([&](std::size_t number) { units = std::min(units, arcs_[number].room); });
        each_arc([&](std::size_t number) {
            arcs_[number].room -= units;
            arcs_[number ^ 1].room += units;
        });
        sent += units;
    }
    return sent;
}

std::int64_t MinCostFlow::sent_on(int arc) const {
    return arcs_[static_cast<std::size_t>(arc) ^ 1].room;
}

}  // namespace foyer::master
