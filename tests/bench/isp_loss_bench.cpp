// How long it takes to find a new home for every copy that an ISP of many boxes takes away.
//
//     isp_loss_bench [NODES [INSTANCES]] [--json FILE]
//
// 40 of 100 boxes are on one ISP. All instances are placed by place(); then that ISP falls silent,
// and place_one() replaces each copy it held, one decision after the other on the changed state,
// as a repair would. Pure: no database takes part. Ratios are to placing a whole new instance.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <vector>

#include "master/domain/decide.h"
#include "master/domain/replacement.h"
#include "tests/bench/support/report.h"
#include "tests/bench/support/world.h"

namespace foyer::bench {

namespace {

using Steady = std::chrono::steady_clock;
constexpr WallTime now{1'772'368'300'000};

double us_since(Steady::time_point begin) {
    return std::chrono::duration<double, std::micro>(Steady::now() - begin).count();
}

// Times of single decisions, microseconds.
struct Times {
    std::vector<double> us;
    double sum = 0;
    void add(double one) { us.push_back(one), sum += one; }
    double quantile(double share) {
        std::ranges::sort(us);
        return us.empty()
                   ? 0
                   : us[static_cast<std::size_t>(share * static_cast<double>(us.size() - 1))];
    }
};

Times place_all(master::State& state, int instances) {
    Times times;
    for (int i = 0; i < instances; ++i) {
        const auto begin = Steady::now();
        const auto decision = master::decide(state, order(i), now);
        times.add(us_since(begin));
        CHECK(decision.ok());
        state.apply(decision.value().changes, state.revision().next());
    }
    return times;
}

// The boxes of ISP 0 fall silent.
std::size_t lose_isp(master::State& state) {
    master::Changes changes;
    for (const auto& [name, node] : state.nodes()) {
        if (state.sites().at(node.site).isp != IspId("isp-0")) continue;
        master::Node silent = node;
        silent.state = master::NodeState::Silent;
        changes.push_back(master::Put<master::Node>{silent});
    }
    state.apply(changes, state.revision().next());
    return changes.size();
}

struct Loss {
    master::Replica copy;
    std::vector<NodeId> staying;
};

std::vector<Loss> losses(const master::State& state) {
    std::vector<Loss> found;
    for (const auto& [name, instance] : state.instances()) {
        const auto copies_there = state.replicas_of(name);
        for (const master::Replica* copy : copies_there) {
            if (state.nodes().at(copy->node).state == master::NodeState::Online) continue;
            Loss loss{*copy, {}};
            for (const master::Replica* other : copies_there) {
                if (other != copy) loss.staying.push_back(other->node);
            }
            found.push_back(std::move(loss));
        }
    }
    return found;
}

void move(master::State& state, master::Replica copy, const NodeId& to) {
    master::Node node = state.nodes().at(to);
    copy.node = to;
    copy.partition_number = 16 + node.partitions_made++;
    state.apply({master::Put<master::Node>{node}, master::Put<master::Replica>{copy}},
                state.revision().next());
}

int bench(Report& report) {
    const int nodes = report.number_at(0, 10'000);
    const int instances = report.number_at(1, 10'000);
    master::State state{{}};
    state.apply(world({.nodes = nodes, .percent_on_first_isp = 40}, Revision(1)), Revision(1));
    Times placing = place_all(state, instances);
    const std::size_t lost_boxes = lose_isp(state);
    const std::vector<Loss> lost = losses(state);
    Times replacing;
    int without_home = 0;
    const auto begin = Steady::now();
    for (const Loss& loss : lost) {
        const master::Instance& instance = state.instances().at(loss.copy.key.instance);
        const auto each = Steady::now();
        const auto home = master::place_one(
            state,
            {loss.copy.reserved, instance.policy.replicas, instance.policy.min_countries,
             instance.policy.countries, instance.policy.allow_same_isp},
            loss.staying, {loss.copy.node});
        replacing.add(us_since(each));
        if (home.ok()) {
            move(state, loss.copy, home.value());
        } else {
            ++without_home;
        }
    }
    const double seconds = us_since(begin) / 1e6;
    std::cout << "isp_loss: " << nodes << " boxes, " << instances << " instances of " << copies
              << "; one ISP with " << lost_boxes << " boxes is lost, and " << lost.size()
              << " copies with it\n\n";
    const auto line = [&](const std::string& what, Times& times) {
        const double mean =
            times.sum / static_cast<double>(std::max<std::size_t>(1, times.us.size()));
        report.row({what, std::to_string(times.us.size()), fixed(mean), fixed(times.quantile(0.5)),
                    fixed(times.quantile(0.99)),
                    fixed(mean / (placing.sum / static_cast<double>(placing.us.size())), 2)});
    };
    report.row({"decision", "count", "mean us", "p50 us", "p99 us", "ratio"});
    line("order of three copies", placing);
    line("one copy replaced", replacing);
    report.end_table();
    std::cout << "all replaced in " << fixed(seconds, 2) << " s, applied to the state; "
              << without_home << " found no home\n\n";
    report.metric("isp_loss.replan_seconds.n" + std::to_string(nodes), seconds);
    report.metric("isp_loss.without_home", without_home);
    return report.write() ? 0 : 1;
}

}  // namespace

}  // namespace foyer::bench

int main(int argc, char** argv) {
    foyer::bench::Report report(argc, argv);
    return foyer::bench::bench(report);
}
