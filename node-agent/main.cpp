// foyer-node: enrol, run, status, clear (common/docs/processes.md). Exit status: 0 done, 2 usage or
// configuration, 1 anything else.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>

#include "common/base/random.h"
#include "common/base/time.h"
#include "common/os/files.h"
#include "common/tls/private_file.h"
#include "node-agent/clear.h"
#include "node-agent/config.h"
#include "node-agent/link/enrol.h"
#include "node-agent/run.h"
#include "node-agent/runtime/box_meter.h"
#include "node-agent/status_server.h"
#include "node-agent/status_text.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

struct EnrolOptions {
    std::string token_file;
    std::int64_t cpu_millicores = 0;
    std::int64_t memory_mib = 0;
    std::int64_t disk_gib = 0;
    std::int64_t uplink_kbit = 20'000;  // of a slow fibre line: cannot be measured from inside
};

int fail(const Error& failure) {
    std::fprintf(stderr, "foyer-node: %s\n", failure.message.c_str());
    return 1;
}

Result<std::string> read_token(const EnrolOptions& options) {
    if (options.token_file == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
    return tls::read_small_file(options.token_file);
}

template <class Tag>
void lower(Quantity<Tag>& measured, Quantity<Tag> wished) {
    if (wished.count() > 0 && wished < measured) measured = wished;
}

Result<Resources> offered_capacity(const std::string& data_dir, const NodeConfig& config,
                                   const EnrolOptions& options) {
    MachineMeter meter(data_dir, {config.reserve_cpu, config.reserve_memory, config.reserve_disk,
                                  KbitPerSecond(options.uplink_kbit)});
    Resources capacity = TRY(meter.measure());
    lower(capacity.cpu, Millicores(options.cpu_millicores));
    lower(capacity.memory, mebibytes(options.memory_mib));
    lower(capacity.disk, gibibytes(options.disk_gib));
    return capacity;
}

Status enrol_box(const std::string& data_dir, const NodeConfig& config,
                 const EnrolOptions& options) {
    const SystemClock clock;
    SystemRng rng;
    EnrolOrder order;
    order.token = TRY(read_token(options));
    // Every folder on the way to a partition must be passable for its mapped user; what is private
    // is private by its own mode.
    TRY(os::make_dirs(data_dir, 0711));
    order.capacity = TRY(offered_capacity(data_dir, config, options));
    order.agent_version = FOYER_VERSION;
    const Identity identity = TRY(enrol(order, IdentityFolder(data_dir + "/identity"), clock, rng));
    std::printf("enrolled as %s%s; now start: foyer-node run --data %s\n",
                identity.node.str().c_str(), identity.edge ? " (an edge)" : "", data_dir.c_str());
    return ok_status();
}

Status show_status(const std::string& data_dir, const std::string& output) {
    const std::string json = TRY(ask_status(data_dir));
    if (output == "json") {
        std::fputs(json.c_str(), stdout);
        return ok_status();
    }
    const std::string page = TRY(status_page(json));
    std::fputs(page.c_str(), stdout);
    return ok_status();
}

int guarded_main(int argc, char** argv) {
    CLI::App app{"The agent of a Foyer box."};
    app.set_version_flag("--version", FOYER_VERSION);
    app.require_subcommand(1);
    std::string data_dir = "/var/lib/foyer/node";
    std::string config_file;
    std::string output = "text";
    EnrolOptions enrol_options;

    CLI::App* enrol_command =
        app.add_subcommand("enrol", "turn a one-time token into this box's identity");
    // Never the token itself: every user of the machine reads the arguments of others.
    enrol_command
        ->add_option("--token-file", enrol_options.token_file,
                     "file with the token of `foyer node token`; - reads standard input")
        ->required();
    enrol_command
        ->add_option("--cpu-millicores", enrol_options.cpu_millicores, "offer at most this")
        ->check(CLI::PositiveNumber);
    enrol_command->add_option("--memory-mib", enrol_options.memory_mib, "offer at most this")
        ->check(CLI::PositiveNumber);
    enrol_command->add_option("--disk-gib", enrol_options.disk_gib, "offer at most this")
        ->check(CLI::PositiveNumber);
    enrol_command
        ->add_option("--uplink-kbit", enrol_options.uplink_kbit,
                     "upload of the line that is offered; 20000 unless told")
        ->check(CLI::PositiveNumber);
    enrol_command->add_option("--config", config_file, "TOML file; its [reserve] counts here");
    CLI::App* run_command = app.add_subcommand("run", "hold what the master assigns to this box");
    run_command->add_option("--config", config_file,
                            "TOML file (deploy/node.toml lists every key)");
    bool erase = false;
    CLI::App* clear_command = app.add_subcommand(
        "clear", "end everything of this box on this machine; the agent must be stopped");
    clear_command->add_flag(
        "--erase", erase, "also its partitions, images, journal and identity: the box is no more");
    clear_command->add_option("--config", config_file, "TOML file of the agent");
    CLI::App* status_command = app.add_subcommand("status", "ask the running agent");
    status_command->add_option("--output", output, "text or json")
        ->check(CLI::IsMember({"text", "json"}));
    for (CLI::App* command : {enrol_command, run_command, clear_command, status_command})
        command->add_option("--data", data_dir, "the box's folder")->capture_default_str();

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& failure) {
        return app.exit(failure) == 0 ? 0 : 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    data_dir = std::filesystem::absolute(data_dir).lexically_normal().string();
    if (status_command->parsed()) {
        const Status shown = show_status(data_dir, output);
        return shown.ok() ? 0 : fail(shown.failure());
    }
    const Result<NodeConfig> config =
        config_file.empty() ? Result<NodeConfig>(NodeConfig{}) : load_config(config_file);
    if (!config.ok()) {
        fail(config.failure());
        return 2;
    }
    if (clear_command->parsed()) {
        const Status cleared =
            clear(data_dir, config.value(), erase ? ClearData::Erase : ClearData::Keep);
        return cleared.ok() ? 0 : fail(cleared.failure());
    }
    const Status done = run_command->parsed() ? run(data_dir, config.value(), FOYER_VERSION)
                                              : enrol_box(data_dir, config.value(), enrol_options);
    return done.ok() ? 0 : fail(done.failure());
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return guarded_main(argc, argv);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "foyer-node: unexpected: %s\n", failure.what());
        return 1;
    }
}
