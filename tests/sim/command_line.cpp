#include "tests/sim/command_line.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <string_view>

#include "common/base/text.h"
#include "tests/sim/place/place_world.h"
#include "tests/sim/runs.h"
#include "tests/sim/scenario.h"

namespace foyer::sim {
namespace {

constexpr int exit_broken = 1;
constexpr int exit_usage = 2;
constexpr int exit_skipped = 77;

constexpr const char* usage =
    R"(foyer-sim: a cluster of boxes in virtual time, by the real decisions of master and agent

  foyer-sim run    [--scenario NAME] [--seeds N] [--first-seed S] [--days D | --hours H]
                   [--data DIR] [--json FILE] [--bug BUG]
  foyer-sim replay [--scenario NAME] --seed N [--days D | --hours H] [--data DIR] [--bug BUG]
  foyer-sim place  WORLD.json [--json FILE]
  foyer-sim bugs

run      lives through N seeds, checks every invariant after each step, prints what was covered
replay   one seed again, line by line; the same seed gives the same lines
place    the placement alone, on a world of your own (format: tests/sim/place/README.md)
bugs     the bugs that --bug can plant
NAME     small (as if not given) crowded founders real growth10k growth60k
DIR      of the scenario 'real'; else FOYER_DATA from the environment

For example: foyer-sim run --scenario small --seeds 100
Exit status: 0 all is well, 1 an invariant is broken, 2 wrong usage, 77 skipped (no data)
)";

constexpr std::array known_options{"scenario", "seeds", "first-seed", "seed", "days",
                                   "hours",    "data",  "json",       "bug"};

using Options = std::map<std::string, std::string>;

Error wrong(const std::string& what) { return error(ErrorCode::InvalidArgument, what); }

Result<Options> options_of(const std::vector<std::string>& words) {
    Options options;
    for (std::size_t i = 1; i < words.size(); i += 2) {
        const std::string& word = words[i];
        const std::string key = word.starts_with("--") ? word.substr(2) : "";
        if (std::ranges::find(known_options, key) == known_options.end())
            return wrong("'" + word + "' is no option of `foyer-sim " + words[0] +
                         "`; `foyer-sim --help` lists them");
        if (i + 1 == words.size())
            return wrong(word + " wants a value after it; for example: foyer-sim " + words[0] +
                         " " + word + (key == "scenario" ? " small" : " 1"));
        options[key] = words[i + 1];
    }
    return options;
}

Result<std::int64_t> number(const Options& options, const std::string& key, std::int64_t standard) {
    const auto found = options.find(key);
    if (found == options.end()) return standard;
    const auto value = parse_int(found->second);
    if (!value || *value < 0)
        return wrong("--" + key + " wants a number that is not negative, not '" + found->second +
                     "'; for example: --" + key + " 1");
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
            return wrong("no bug '" + options["bug"] +
                         "' can be planted; `foyer-sim bugs` lists those that can");
        request.bug = *bug;
    }
    return request;
}

int run(const RunRequest& request, const Options& options, std::ostream& out, std::ostream& err) {
    const RunReport report = run_seeds(request, &err);
    print(report, request, out);
    if (options.contains("json")) {
        std::ofstream file(options.at("json"));
        file << metrics_json(report, request);
        if (!file.good()) {
            err << "foyer-sim: '" << options.at("json")
                << "' cannot be written; give --json a file in a folder that exists\n";
            return exit_usage;
        }
    }
    return report.broken.empty() ? 0 : exit_broken;
}

int live(const std::vector<std::string>& words, std::ostream& out, std::ostream& err) {
    const Result<Options> options = options_of(words);
    const Result<RunRequest> request =
        options.ok() ? request_of(options.value()) : Result<RunRequest>(options.failure());
    if (!request.ok()) {
        err << "foyer-sim: " << request.failure().message << '\n';
        return exit_usage;
    }
    const auto known = scenario(request.value().scenario, 1, request.value().data);
    if (!known.ok()) {
        const bool absent = known.failure().code == ErrorCode::NotFound;
        (absent ? out : err) << (absent ? "skipped: " : "foyer-sim: ") << known.failure().message
                             << '\n';
        return absent ? exit_skipped : exit_usage;
    }
    if (words[0] == "run") return run(request.value(), options.value(), out, err);
    return replay_seed(request.value(), out) ? 0 : exit_broken;
}

int place(std::vector<std::string> words) {
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    return place_world_main(static_cast<int>(argv.size()), argv.data());
}

bool asks_for_help(const std::vector<std::string>& words) {
    return std::ranges::any_of(
        words, [](const std::string& word) { return word == "--help" || word == "-h"; });
}

}  // namespace

int command_line(const std::vector<std::string>& words, std::ostream& out, std::ostream& err) {
    if (words.empty()) {
        err << usage;
        return exit_usage;
    }
    if (words[0] == "help" || asks_for_help(words)) {
        out << usage;
        return 0;
    }
    if (words[0] == "run" || words[0] == "replay") return live(words, out, err);
    if (words[0] == "place") return place(words);
    if (words[0] == "bugs") {
        for (const NamedBug& known : named_bugs) out << known.name << '\n';
        return 0;
    }
    err << "foyer-sim: there is no command '" << words[0]
        << "'; there are run, replay, place and bugs: `foyer-sim --help` says what each does\n";
    return exit_usage;
}

}  // namespace foyer::sim
