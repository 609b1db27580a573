// foyer-sim: the simulator's command line (tests/sim/README.md).
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>

#include "common/base/text.h"
#include "tests/sim/runs.h"
#include "tests/sim/scenario.h"

namespace foyer::sim {
namespace {

constexpr int exit_broken = 1;
constexpr int exit_usage = 2;
constexpr int exit_skipped = 77;

constexpr const char* usage =
    R"(foyer-sim run --scenario NAME [--seeds N] [--first-seed S] [--days D | --hours H]
              [--data DIR] [--json FILE] [--bug NAME]
foyer-sim replay --scenario NAME --seed N [--days D | --hours H] [--data DIR] [--bug NAME]
foyer-sim bugs

run      lives through N seeds, checks every invariant after each step, prints what was covered
replay   one seed again, line by line
bugs     the planted bugs that --bug knows
NAME     small crowded founders real growth10k growth100k
DIR      of the scenario 'real'; else FOYER_DATA from the environment
)";

using Options = std::map<std::string, std::string>;

Result<Options> options_of(int argc, char** argv) {
    Options options;
    for (int i = 2; i < argc; i += 2) {
        const std::string key = argv[i];
        if (!key.starts_with("--") || i + 1 == argc)
            return error(ErrorCode::InvalidArgument, "'" + key + "' is not an option with a value");
        options[key.substr(2)] = argv[i + 1];
    }
    return options;
}

Result<std::int64_t> number(const Options& options, const std::string& key, std::int64_t standard) {
    const auto found = options.find(key);
    if (found == options.end()) return standard;
    const auto value = parse_int(found->second);
    if (!value || *value < 0)
        return error(ErrorCode::InvalidArgument, "--" + key + " wants a number");
    return *value;
}

Result<RunRequest> request_of(Options options) {
    RunRequest request;
    request.scenario = options.contains("scenario") ? options["scenario"] : "small";
    const char* folder = std::getenv("FOYER_DATA");
    request.data = options.contains("data") ? options["data"] : folder != nullptr ? folder : "";
    const char* seed_key = options.contains("seed") ? "seed" : "first-seed";
    request.first_seed = static_cast<std::uint64_t>(TRY(number(options, seed_key, 1)));
    request.seeds = static_cast<int>(TRY(number(options, "seeds", 1)));
    if (options.contains("days")) request.length = TRY(number(options, "days", 1)) * day;
    if (options.contains("hours")) request.length = TRY(number(options, "hours", 1)) * hour;
    if (options.contains("bug")) {
        const auto bug = bug_from(options["bug"]);
        if (!bug)
            return error(ErrorCode::InvalidArgument, "no such bug; `foyer-sim bugs` lists them");
        request.bug = *bug;
    }
    return request;
}

int run(const RunRequest& request, const Options& options) {
    const RunReport report = run_seeds(request, &std::cerr);
    print(report, request, std::cout);
    if (options.contains("json")) {
        std::ofstream file(options.at("json"));
        file << metrics_json(report, request);
        if (!file.good()) {
            std::cerr << "foyer-sim: cannot write '" << options.at("json") << "'\n";
            return exit_usage;
        }
    }
    return report.broken.empty() ? 0 : exit_broken;
}

int act(const std::string& verb, int argc, char** argv) {
    if (verb == "bugs") {
        for (const NamedBug& known : named_bugs) std::cout << known.name << '\n';
        return 0;
    }
    const Result<Options> options = options_of(argc, argv);
    const Result<RunRequest> request =
        options.ok() ? request_of(options.value()) : Result<RunRequest>(options.failure());
    if (!request.ok()) {
        std::cerr << "foyer-sim: " << request.failure().message << '\n';
        return exit_usage;
    }
    const auto known = scenario(request.value().scenario, 1, request.value().data);
    if (!known.ok()) {
        const bool absent = known.failure().code == ErrorCode::NotFound;
        (absent ? std::cout : std::cerr)
            << (absent ? "skipped: " : "foyer-sim: ") << known.failure().message << '\n';
        return absent ? exit_skipped : exit_usage;
    }
    if (verb == "run") return run(request.value(), options.value());
    return replay_seed(request.value(), std::cout) ? 0 : exit_broken;
}

}  // namespace
}  // namespace foyer::sim

int main(int argc, char** argv) {
    const std::string verb = argc > 1 ? argv[1] : "";
    if (verb == "run" || verb == "replay" || verb == "bugs")
        return foyer::sim::act(verb, argc, argv);
    (verb == "--help" ? std::cout : std::cerr) << foyer::sim::usage;
    return verb == "--help" ? 0 : foyer::sim::exit_usage;
}
