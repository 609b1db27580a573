// Placement in numbers: decision times by cluster size, and quality against exact bounds.
//
// placement_bench [--json FILE] [--nodes-max N] [--seed S]; tables are described in README.md.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/random.h"
#include "common/base/text.h"
#include "master/domain/chain.h"
#include "master/domain/placement.h"
#include "master/domain/replacement.h"
#include "master/domain/spread.h"
#include "tests/support/plain_world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::PlainBox;
using foyer::test::PlainWorld;

namespace {

using Steady = std::chrono::steady_clock;
using Numbers = std::map<std::string, double>;

Resources slots(std::int64_t count) {
    return {Millicores(1000 * count), gibibytes(count), gibibytes(10 * count)};
}

struct Scenario {
    std::string name;
    std::vector<int> shares;  // of the boxes, by family
    int countries = 1;
};

const std::vector<Scenario> scenarios{
    {"equal 12", std::vector<int>(12, 1), 1},
    {"skewed 7", {40, 25, 18, 10, 4, 2, 1}, 1},
    {"12 in 5 countries", {30, 18, 12, 9, 7, 6, 5, 4, 3, 3, 2, 1}, 5},
};

// 6 to 14 slots a box, each box a site of its own.
PlainWorld make_world(const Scenario& scenario, int nodes, SeededRng& rng) {
    PlainWorld world({slots(1)});
    int shares = 0;
    for (const int share : scenario.shares) shares += share;
    std::vector<PlainBox> boxes;
    boxes.reserve(static_cast<std::size_t>(nodes));
    for (int i = 0; i < nodes; ++i) {
        int at = i % shares;
        int family = 0;
        while (at >= scenario.shares[static_cast<std::size_t>(family)])
            at -= scenario.shares[static_cast<std::size_t>(family++)];
        PlainBox box;
        box.name = "n" + std::to_string(i);
        box.isp = "isp" + std::to_string(family);
        box.country = std::string(1, static_cast<char>('A' + family % scenario.countries)) + "X";
        box.capacity = slots(6 + static_cast<std::int64_t>(rng.below(9)));
        boxes.push_back(std::move(box));
    }
    world.add(boxes);
    return world;
}

Demand demand_for(int replicas, int min_countries = 1) {
    Demand demand;
    demand.each = slots(1);
    demand.replicas = replicas;
    demand.min_countries = min_countries;
    return demand;
}

std::map<std::string, std::vector<std::int64_t>> capacities(const State& state, bool free) {
    std::map<std::string, std::vector<std::int64_t>> families;
    for (const auto& [name, node] : state.nodes()) {
        if (node.state != NodeState::Online) continue;
        const Resources used = free ? state.reserved_on(name) : Resources{};
        families[state.sites().at(node.site).isp.str()].push_back(
            (node.capacity - used).cpu.count() / 1000);
    }
    return families;
}

std::int64_t orders_left(const State& state, int replicas) {
    std::vector<std::int64_t> sums;
    for (const auto& [family, boxes] : capacities(state, true)) {
        sums.push_back(0);
        for (const std::int64_t box : boxes) sums.back() += box;
    }
    return orders_max(sums, replicas);
}

// The exact optimum of the largest utilisation: the least L with
// sum_o min(sum_b floor(L c_b), K) >= R K.
double least_load(const State& state, std::int64_t orders, int replicas) {
    const auto families = capacities(state, false);
    const auto fits = [&](double load) {
        std::int64_t usable = 0;
        for (const auto& [family, boxes] : families) {
            std::int64_t sum = 0;
            for (const std::int64_t box : boxes)
                sum += static_cast<std::int64_t>(load * static_cast<double>(box) + 1e-9);
            usable += std::min(sum, orders);
        }
        return usable >= replicas * orders;
    };
    double low = 0;
    double high = 1;
    for (int i = 0; i < 40; ++i) {
        const double middle = (low + high) / 2;
        (fits(middle) ? high : low) = middle;
    }
    return high;
}

double largest_load(const State& state) {
    double most = 0;
    for (const auto& [name, node] : state.nodes()) {
        most = std::max(most, static_cast<double>(state.reserved_on(name).cpu.count()) /
                                  static_cast<double>(node.capacity.cpu.count()));
    }
    return most;
}

bool order(PlainWorld& world, const Demand& demand, int number) {
    const auto placed = place(world.state, demand);
    if (!placed.ok()) return false;
    world.hold("i" + std::to_string(number), demand, placed.value().nodes);
    return true;
}

struct Times {
    double p50 = 0;
    double p99 = 0;
    double mean = 0;
};

// Decisions only; each fourth one is carried out between measurements, and an older one undone, so
// that the cluster changes but never fills up.
Times time_decisions(PlainWorld& world, const Demand& demand, int decisions, int& instance) {
    std::vector<double> took;
    double all = 0;
    for (int i = 0; i < decisions; ++i) {
        const auto before = Steady::now();
        const auto placed = place(world.state, demand);
        const auto after = Steady::now();
        took.push_back(std::chrono::duration<double, std::micro>(after - before).count());
        all += took.back();
        if (i % 4 != 0) continue;
        constexpr int held = 100;
        world.hold("i" + std::to_string(instance), demand, placed.value().nodes);
        if (instance >= held) world.drop("i" + std::to_string(instance - held));
        ++instance;
    }
    std::ranges::sort(took);
    return {took[took.size() / 2], took[took.size() * 99 / 100],
            all / static_cast<double>(took.size())};
}

void speed(int nodes_max, std::uint64_t seed, Numbers& numbers) {
    std::puts("\ndecision time, 12 ISPs in 5 countries (microseconds)");
    std::puts("     nodes   R  countries       p50       p99      mean");
    std::map<int, double> typical;
    for (const int nodes : {200, 10'000, 100'000, 1'000'000}) {
        if (nodes > nodes_max) continue;
        SeededRng rng(seed);
        PlainWorld world = make_world(scenarios[2], nodes, rng);
        const int decisions = nodes == 200 ? 800 : 8'000;
        int instance = 0;
        const auto row = [&](const Demand& demand) {
            const Times times = time_decisions(world, demand, decisions, instance);
            std::printf("%10d %3d %10s %9.2f %9.2f %9.2f\n", nodes, demand.replicas,
                        demand.allow_same_isp      ? "same ISP"
                        : demand.min_countries > 1 ? "2"
                                                   : "1",
                        times.p50, times.p99, times.mean);
            return times;
        };
        for (const int replicas : {1, 2, 3, 5}) {
            const Times times = row(demand_for(replicas));
            const std::string id = ".n" + std::to_string(nodes) + ".r" + std::to_string(replicas);
            numbers["placement.p50_us" + id] = times.p50;
            numbers["placement.p99_us" + id] = times.p99;
            if (replicas == 3) typical[nodes] = times.p50;
        }
        row(demand_for(3, 2));
        const double with = row(demand_for(3)).mean;
        Demand relaxed = demand_for(3);
        relaxed.allow_same_isp = true;
        const double without = row(relaxed).mean;
        numbers["placement.constraint_tax"] = without / with;
        if (nodes == nodes_max)
            std::printf("constraint tax (throughput with the distinct-ISP rule / without): %.2f\n",
                        without / with);
    }
    if (typical.contains(10'000) && typical.contains(1'000'000)) {
        numbers["placement.scale_ratio"] = typical[1'000'000] / typical[10'000];
        std::printf("t(1M) / t(10k), R = 3: %.2f\n", numbers["placement.scale_ratio"]);
    }
}

// Shares of instances that lose all copies, or their majority, when two families fail.
void pair_losses(const PlainWorld& world, const std::string& name, int replicas) {
    std::map<std::pair<IspId, IspId>, int> lost;
    std::set<IspId> families;
    for (const auto& [site, row] : world.state.sites()) families.insert(row.isp);
    for (const auto& [instance, row] : world.state.instances()) {
        std::vector<IspId> on;
        for (const Replica* replica : world.state.replicas_of(instance)) {
            on.push_back(world.state.sites().at(world.state.nodes().at(replica->node).site).isp);
        }
        std::ranges::sort(on);
        for (std::size_t a = 0; a < on.size(); ++a) {
            for (std::size_t b = a + 1; b < on.size(); ++b) ++lost[{on[a], on[b]}];
        }
    }
    int worst = 0;
    int all = 0;
    for (const auto& [pair, count] : lost) {
        worst = std::max(worst, count);
        all += count;
    }
    const double pairs = static_cast<double>(families.size() * (families.size() - 1)) / 2;
    const auto instances = static_cast<double>(world.state.instances().size());
    std::printf("%-18s R=%d  two ISPs fail: %s in mean %.2f %%, worst %.2f %%\n", name.c_str(),
                replicas, replicas == 2 ? "lost" : "majority lost", 100.0 * all / pairs / instances,
                100.0 * worst / instances);
}

// The largest family is lost; every copy it held is placed again, with chains where needed.
void losses(PlainWorld& world, const Demand& demand, int& moves, int& lost, int& stuck) {
    std::vector<std::pair<ReplicaKey, NodeId>> gone;
    for (const auto& [key, replica] : world.state.replicas()) {
        const Node& node = world.state.nodes().at(replica.node);
        if (world.state.sites().at(node.site).isp == IspId("isp0"))
            gone.emplace_back(key, node.name);
    }
    std::vector<NodeId> silent;
    for (const auto& [name, node] : world.state.nodes()) {
        if (world.state.sites().at(node.site).isp == IspId("isp0")) silent.push_back(name);
    }
    for (const NodeId& name : silent) world.set_online(name, false);
    for (const auto& [key, node] : gone) {
        std::vector<NodeId> staying;
        for (const Replica* replica : world.state.replicas_of(key.instance)) {
            if (replica->key != key) staying.push_back(replica->node);
        }
        ++lost;
        const auto to = place_one(world.state, demand, staying, {node});
        if (!to.ok()) {
            ++stuck;
            continue;
        }
        world.move(key, to.value());
        ++moves;
    }
}

void quality(std::uint64_t seed, Numbers& numbers) {
    std::puts("\nquality, 200 nodes of 6 to 14 slots");
    std::puts("scenario            R    fits  placed   load/optimum at 50 %  at 85 %");
    double half = 0;
    double p85 = 0;
    std::int64_t refused = 0;
    int moves = 0;
    int lost = 0;
    int stuck = 0;
    for (const Scenario& scenario : scenarios) {
        for (const int replicas : {2, 3}) {
            SeededRng rng(seed + 1);
            PlainWorld world = make_world(scenario, 200, rng);
            const Demand demand = demand_for(replicas);
            const std::int64_t fits = orders_left(world.state, replicas);
            std::optional<PlainWorld> at_half;
            double load_half = 0;
            double load_85 = 0;
            int placed = 0;
            while (order(world, demand, placed)) {
                ++placed;
                const double ratio =
                    largest_load(world.state) / (placed == fits / 2 || placed == fits * 85 / 100
                                                     ? least_load(world.state, placed, replicas)
                                                     : 1.0);
                if (placed == fits / 2) {
                    load_half = ratio;
                    at_half = world;
                }
                if (placed == fits * 85 / 100) load_85 = ratio;
            }
            std::printf("%-18s %2d  %6ld  %6d   %20.3f  %7.3f\n", scenario.name.c_str(), replicas,
                        static_cast<long>(fits), placed, load_half, load_85);
            half = std::max(half, load_half);
            p85 = std::max(p85, load_85);
            refused += fits - placed;
            pair_losses(*at_half, scenario.name, replicas);
            losses(*at_half, demand, moves, lost, stuck);
        }
    }
    std::printf(
        "largest ISP lost at half fill: %d copies, %d moved to replace them, %d without a place\n",
        lost, moves, stuck);
    numbers["placement.imbalance.half"] = half;
    numbers["placement.imbalance.p85"] = p85;
    numbers["placement.refused_feasible"] = static_cast<double>(refused);
    numbers["placement.moves_ratio"] =
        lost == stuck ? 0 : static_cast<double>(moves) / static_cast<double>(lost - stuck);
}

void write_json(const std::string& path, const Numbers& numbers) {
    std::ofstream out(path);
    out << "{\n";
    std::size_t left = numbers.size();
    for (const auto& [id, number] : numbers)
        out << "  \"" << id << "\": " << number << (--left == 0 ? "\n" : ",\n");
    out << "}\n";
    if (!out.flush()) std::fprintf(stderr, "cannot write '%s'\n", path.c_str());
}

}  // namespace

int main(int argc, char** argv) {
    std::string json;
    int nodes_max = 1'000'000;
    std::uint64_t seed = 1;
    for (int i = 1; i < argc; i += 2) {
        const std::string option = argv[i];
        const auto number = i + 1 < argc ? parse_int(argv[i + 1]) : std::nullopt;
        if (option == "--json" && i + 1 < argc)
            json = argv[i + 1];
        else if (option == "--nodes-max" && number)
            nodes_max = static_cast<int>(*number);
        else if (option == "--seed" && number)
            seed = static_cast<std::uint64_t>(*number);
        else {
            std::fputs("usage: placement_bench [--json FILE] [--nodes-max N] [--seed S]\n", stderr);
            return 2;
        }
    }
    Numbers numbers;
    quality(seed, numbers);
    speed(nodes_max, seed, numbers);
    if (!json.empty()) write_json(json, numbers);
    return 0;
}
