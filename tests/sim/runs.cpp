#include "tests/sim/runs.h"

#include <chrono>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "tests/sim/world.h"

namespace foyer::sim {

namespace {

Scenario scenario_of(const RunRequest& request, std::uint64_t seed) {
    Result<Scenario> found = scenario(request.scenario, seed, request.data);
    CHECK(found.ok());
    Scenario world = std::move(found).value();
    if (request.length) {
        world.length = *request.length;
        world.round = std::min(world.round, world.length);
    }
    return world;
}

void add(RunReport& report, World& world, std::uint64_t seed) {
    Room& room = world.room();
    ++report.seeds;
    report.boxes = std::max(report.boxes, world.boxes().size());
    report.simulated += room.timeline.now();
    report.events += room.timeline.events_run();
    report.commits += world.disk().commits;
    report.orders += world.people().orders();
    report.orders_refused += world.people().refused();
    report.writes += world.services().acknowledged();
    for (const auto& box : world.boxes()) report.syncs += box->syncs();
    report.coverage.add(room.coverage);
    if (room.verdict.broken())
        report.broken.push_back({seed, room.verdict.at, room.verdict.violation});
}

std::string days(std::int64_t centidays) {
    return std::to_string(centidays / 100) + "." + std::to_string(centidays % 100 / 10) +
           std::to_string(centidays % 10);
}

}  // namespace

RunReport run_seeds(const RunRequest& request, std::ostream* progress) {
    RunReport report;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < request.seeds; ++i) {
        const std::uint64_t seed = request.first_seed + static_cast<std::uint64_t>(i);
        World world(scenario_of(request, seed), seed, request.bug);
        world.run();
        add(report, world, seed);
        const auto spent = std::chrono::steady_clock::now() - begin;
        report.wall_ms = std::chrono::duration_cast<Duration>(spent).count();
        if (!report.broken.empty() && report.broken.back().seed == seed) {
            if (progress != nullptr)
                *progress << "BROKEN  seed " << seed << " after "
                          << report.broken.back().at / second << " s: " << report.broken.back().what
                          << std::endl;
            if (request.stop_at_first) break;
        } else if (progress != nullptr && (i + 1) % 1'000 == 0) {
            *progress << i + 1 << " seeds, " << report.wall_ms / 1000 << " s" << std::endl;
        }
    }
    return report;
}

bool replay_seed(const RunRequest& request, std::ostream& out) {
    World world(scenario_of(request, request.first_seed), request.first_seed, request.bug);
    world.room().trace.show_on(&out);
    world.run();
    const Room& room = world.room();
    out << "trace of " << room.trace.lines() << " lines, fingerprint " << std::hex
        << room.trace.fingerprint() << std::dec << '\n';
    return !room.verdict.broken();
}

std::uint64_t fingerprint_of(const RunRequest& request) {
    World world(scenario_of(request, request.first_seed), request.first_seed, request.bug);
    world.run();
    return world.room().trace.fingerprint();
}

void print(const RunReport& report, const RunRequest& request, std::ostream& out) {
    out << "scenario " << request.scenario << ": " << report.seeds << " seeds from "
        << request.first_seed << ", up to " << report.boxes << " boxes, "
        << days(report.simulated * 100 / day) << " simulated days in " << report.wall_ms / 1000
        << "." << report.wall_ms % 1000 / 100 << " s = " << days(report.centidays_per_second())
        << " days/s\n"
        << "events " << report.events << ", syncs " << report.syncs << ", commits "
        << report.commits << ", orders " << report.orders << " (refused " << report.orders_refused
        << "), acknowledged writes " << report.writes << "\n\n";
    std::string kind;
    for (const auto& [key, count] : report.coverage.seen()) {
        if (key.first != kind) {
            kind = key.first;
            out << kind << " (" << report.coverage.distinct().at(kind) << ")\n";
        }
        out << "  " << std::setw(10) << count << "  " << key.second << '\n';
    }
    out << '\n';
    for (const Broken& one : report.broken)
        out << "BROKEN  seed " << one.seed << ": " << one.what
            << "\n        foyer-sim replay --scenario " << request.scenario << " --seed "
            << one.seed << '\n';
    out << (report.broken.empty() ? "no invariant broken\n" : "");
}

std::string metrics_json(const RunReport& report, const RunRequest& request) {
    nlohmann::json metrics;
    const double days_per_second = static_cast<double>(report.centidays_per_second()) / 100;
    if (request.scenario == "founders") metrics["sim.days_per_second.n200"] = days_per_second;
    const std::string of = "sim." + request.scenario + ".";
    metrics[of + "days_per_second"] = days_per_second;
    metrics[of + "seeds"] = report.seeds;
    metrics[of + "simulated_days"] =
        static_cast<double>(report.simulated) / static_cast<double>(day);
    metrics[of + "events"] = report.events;
    metrics[of + "broken"] = report.broken.size();
    metrics[of + "boxes"] = report.boxes;
    for (const auto& [kind, count] : report.coverage.distinct())
        metrics[of + "transitions." + kind] = count;
    return metrics.dump(2) + "\n";
}

}  // namespace foyer::sim
