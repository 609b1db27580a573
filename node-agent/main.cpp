// foyer-node: check, enrol, run, status, selftest, limits, pause, resume, leave, receipt, clear
// (common/docs/processes.md). Exit status: 0 done, 2 usage or configuration, 1 anything else.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <poll.h>

#include "common/base/random.h"
#include "common/base/text.h"
#include "common/base/time.h"
#include "common/os/files.h"
#include "common/tls/enrol_token.h"
#include "common/tls/private_file.h"
#include "node-agent/check/check_text.h"
#include "node-agent/check/judge.h"
#include "node-agent/check/read_machine.h"
#include "node-agent/clear.h"
#include "node-agent/config.h"
#include "node-agent/host/give_limits.h"
#include "node-agent/host/give_order.h"
#include "node-agent/host/host_door.h"
#include "node-agent/host/limits_page.h"
#include "node-agent/host/until.h"
#include "node-agent/line/line_meter.h"
#include "node-agent/link/enrol.h"
#include "node-agent/link/receipt_file.h"
#include "node-agent/run.h"
#include "node-agent/runtime/box_meter.h"
#include "node-agent/selftest.h"
#include "node-agent/state/file_journal.h"
#include "node-agent/state/limits_files.h"
#include "node-agent/status_text.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

struct Choices {
    std::string data_dir = "/var/lib/foyer/node";
    std::string config_file;
    std::string output = "text";
    std::string partition;      // of selftest
    bool erase = false;         // of clear
    std::string file;           // of receipt
    std::string cgroup_parent;  // of run
    std::string line;           // of check: an edge
    bool now = false;           // of pause
    bool drain = false;
    std::string until;
    LimitsEdit edit;  // of limits
    std::string limits_file;
    bool clear_limits = false;
    // Of enrol.
    std::string token_file;
    bool dry_run = false;
    std::int64_t cpu_millicores = 0;
    std::int64_t memory_mib = 0;
    std::int64_t disk_gib = 0;
    std::int64_t uplink_kbit = 20'000;  // of a slow fibre line: cannot be measured from inside

    int (*action)(const Choices& choices, const NodeConfig& config) = nullptr;
};

int fail(const Error& failure) {
    std::fprintf(stderr, "foyer-node: %s\n", failure.message.c_str());
    return 1;
}

Result<std::string> read_token(const Choices& options) {
    if (options.token_file == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
    return tls::read_small_file(options.token_file);
}

template <class Tag>
void lower(Quantity<Tag>& measured, Quantity<Tag> wished) {
    if (wished.count() > 0 && wished < measured) measured = wished;
}

Result<Resources> offered_capacity(const NodeConfig& config, const Choices& options) {
    MachineMeter meter(os::nearest_folder(options.data_dir),
                       {config.reserve_cpu, config.reserve_memory, config.reserve_disk,
                        KbitPerSecond(options.uplink_kbit)});
    Resources capacity = TRY(meter.measure());
    lower(capacity.cpu, Millicores(options.cpu_millicores));
    lower(capacity.memory, mebibytes(options.memory_mib));
    lower(capacity.disk, gibibytes(options.disk_gib));
    return capacity;
}

// What enrol would say to whom. Nothing is made, nobody is called: the token works once.
Status show_offer(const tls::EnrolToken& token, const Resources& offered) {
    std::printf(
        "would offer %lld millicores, %lld MiB of memory, %lld GiB of disk and %lld kbit/s "
        "of upload to the master at %s\n",
        static_cast<long long>(offered.cpu.count()),
        static_cast<long long>(offered.memory.count() / mebibytes(1).count()),
        static_cast<long long>(offered.disk.count() / gibibytes(1).count()),
        static_cast<long long>(offered.uplink.count()), join(token.addresses, " or ").c_str());
    return ok_status();
}

Status enrol_box(const Choices& options, const NodeConfig& config) {
    const SystemClock clock;
    SystemRng rng;
    EnrolOrder order;
    order.token = TRY(read_token(options));
    order.capacity = TRY(offered_capacity(config, options));
    order.agent_version = FOYER_VERSION;
    const tls::EnrolToken token = TRY(tls::decode_enrol_token(order.token));
    if (options.dry_run) return show_offer(token, order.capacity);
    // Every folder on the way to a partition must be passable for its mapped user; what is private
    // is private by its own mode.
    TRY(os::make_dirs(options.data_dir, 0711));
    const IdentityFolder folder(options.data_dir + "/identity");
    const Identity identity = TRY(enrol(order, folder, clock, rng));
    TRY(forget_host_order(options.data_dir + "/state"));
    TRY(forget_limits(options.data_dir + "/state"));
    std::printf(
        "enrolled as %s%s; now start: systemctl enable --now foyer-node, or foyer-node run "
        "--data %s\n",
        identity.node.str().c_str(), identity.edge ? " (an edge)" : "", options.data_dir.c_str());
    return ok_status();
}

Status show_status(const Choices& options) {
    const std::string json = TRY(knock(options.data_dir, to_line({})));
    const std::string page = options.output == "json" ? json : TRY(status_page(json));
    std::fputs(page.c_str(), stdout);
    return ok_status();
}

Status order_box(const Choices& options, HostWish wish) {
    const SystemClock clock;
    HostOrder order{wish, std::nullopt};
    if (!options.until.empty())
        order.until = TRY(parse_until(options.until, clock.wall(), local_time));
    const OrderPorts ports{
        [&](const std::string& line) { return knock(options.data_dir, line); },
        [](Duration span) { ::poll(nullptr, 0, static_cast<int>(span.count())); }, clock};
    const std::string said = TRY(give_order(order, ports));
    std::printf("%s\n", said.c_str());
    return ok_status();
}

Status limit_box(const Choices& options) {
    LimitsOrder order{std::nullopt, options.edit};
    if (options.clear_limits) order.all = HostLimits{};
    if (!options.limits_file.empty()) {
        const std::string text = TRY(tls::read_small_file(options.limits_file));
        order.all = TRY(parse_limits(text, options.limits_file));
    }
    const std::string status = TRY(
        give_limits(order, [&](const std::string& line) { return knock(options.data_dir, line); }));
    const std::string page = options.output == "toml"   ? limits_toml(TRY(limits_in(status)))
                             : options.output == "json" ? status
                                                        : TRY(limits_page(status));
    std::fputs(page.c_str(), stdout);
    return ok_status();
}

Status show_receipt(const Choices& options) {
    const std::string file =
        options.file.empty() ? receipt_file_of(options.data_dir) : options.file;
    const KeptReceipt kept = TRY(load_receipt(file));
    const std::string page = TRY(receipt_page(kept));
    std::fputs(options.output == "json" ? (kept.receipt.statement + "\n").c_str() : page.c_str(),
               stdout);
    return ok_status();
}

int check_machine(const Choices& options, const NodeConfig& config) {
    const SystemClock clock;
    MachineFacts facts = read_machine(options.data_dir, clock);
    if (!options.line.empty()) {
        SystemRng rng;
        auto line = measure_line(options.line, clock, rng);
        if (!line.ok() && line.failure().code == ErrorCode::InvalidArgument)
            return fail(line.failure());
        if (!line.ok()) facts.line_problem = line.failure().message;
        if (line.ok()) facts.line = std::move(line).value();
    }
    const auto findings =
        judge(facts, {.memory = config.reserve_memory, .disk = config.reserve_disk});
    const bool json = options.output == "json";
    std::fputs((json ? check_json(findings) : check_page(findings)).c_str(), stdout);
    return can_be_a_box(findings) ? 0 : 1;
}

int test_walls(const Choices& options, const NodeConfig& config) {
    const auto test =
        selftest(options.data_dir, config, options.partition, options.output == "json");
    if (!test.ok()) return fail(test.failure());
    std::fputs(test.value().page.c_str(), stdout);
    return test.value().holds ? 0 : 1;
}

Status run_agent(const Choices& options, NodeConfig config) {
    if (config.cgroup_parent.empty()) config.cgroup_parent = options.cgroup_parent;
    return run(options.data_dir, config, FOYER_VERSION);
}

int exit_of(const Status& done) { return done.ok() ? 0 : fail(done.failure()); }

CLI::App& add_command(CLI::App& app, Choices& choices, const char* name, const char* what,
                      int (*action)(const Choices&, const NodeConfig&)) {
    CLI::App& command = *app.add_subcommand(name, what);
    command.add_option("--data", choices.data_dir, "the box's folder")->capture_default_str();
    command.callback([&choices, action] { choices.action = action; });
    return command;
}

void add_config(CLI::App& command, Choices& choices) {
    command.add_option("--config", choices.config_file,
                       "TOML file (deploy/node.toml lists every key)");
}

void add_output(CLI::App& command, Choices& choices) {
    command.add_option("--output", choices.output, "text or json")
        ->check(CLI::IsMember({"text", "json"}));
}

void add_enrol(CLI::App& app, Choices& choices) {
    CLI::App& command =
        add_command(app, choices, "enrol", "turn a one-time token into this box's identity",
                    [](const Choices& options, const NodeConfig& config) {
                        return exit_of(enrol_box(options, config));
                    });
    // Never the token itself: every user of the machine reads the arguments of others.
    command
        .add_option("--token-file", choices.token_file,
                    "file with the token of `foyer node token`; - reads standard input")
        ->required();
    command.add_flag("--dry-run", choices.dry_run, "say what would be offered; change nothing");
    command.add_option("--cpu-millicores", choices.cpu_millicores, "offer at most this")
        ->check(CLI::PositiveNumber);
    command.add_option("--memory-mib", choices.memory_mib, "offer at most this")
        ->check(CLI::PositiveNumber);
    command.add_option("--disk-gib", choices.disk_gib, "offer at most this")
        ->check(CLI::PositiveNumber);
    command
        .add_option("--uplink-kbit", choices.uplink_kbit,
                    "upload of the line that is offered; 20000 unless told")
        ->check(CLI::PositiveNumber);
    add_config(command, choices);
}

void add_limits(CLI::App& app, Choices& choices) {
    CLI::App& command = add_command(
        app, choices, "limits",
        "show or set what this box takes of the line; also while the master is away",
        [](const Choices& options, const NodeConfig&) { return exit_of(limit_box(options)); });
    const auto option = [&](const char* name, std::string& target, const char* what) {
        command.add_option(name, target, what);
    };
    LimitsEdit& edit = choices.edit;
    option("--upload", edit.upload, "at most so many Mbit/s, like 20 or 0.5; none: no cap");
    option("--download", edit.download, "likewise, of what arrives");
    option("--upload-active", edit.upload_active, "upload while the household needs its line");
    option("--download-active", edit.download_active, "download while it does");
    option("--month-gb", edit.month_gb, "at most so many GB a month, both directions together");
    command
        .add_option("--quiet", edit.quiet,
                    "times of day: 22:30-06:30=pause, or =lower for the caps of an active "
                    "household; may be given several times; none: no quiet hours")
        ->allow_extra_args(false);
    command.add_option("--output", choices.output, "text, json, or toml: as `limits set` reads it")
        ->check(CLI::IsMember({"text", "json", "toml"}));
    command.require_subcommand(0, 1);
    command.add_subcommand("set", "from a TOML file, in place of all that were set")
        ->fallthrough()
        ->add_option("file", choices.limits_file, "see common/docs/limits.md")
        ->required();
    command.add_subcommand("clear", "take all limits away")->fallthrough()->callback([&choices] {
        choices.clear_limits = true;
    });
}

void add_pause(CLI::App& app, Choices& choices) {
    CLI::App& command = add_command(
        app, choices, "pause", "serve nobody for a while; also while the master is away",
        [](const Choices& options, const NodeConfig&) {
            return exit_of(
                order_box(options, options.drain ? HostWish::Draining : HostWish::Paused));
        });
    CLI::Option_group& how = *command.add_option_group("how");
    how.add_flag("--now", choices.now, "stop everything of customers at once (seconds)");
    how.add_flag("--drain", choices.drain,
                 "have the copies moved to other boxes first; they run until then");
    how.require_option(1);
    command.add_option("--until", choices.until,
                       "serve again by itself then: 45m, 2h, 3d, 18:30 or an RFC 3339 time");
}

void add_commands(CLI::App& app, Choices& choices) {
    CLI::App& checking = add_command(
        app, choices, "check", "whether this machine can be a box; changes nothing", check_machine);
    checking.add_option("--line", choices.line,
                        "also measure the line, against this edge of the cloud, host:port; some "
                        "fifteen seconds");
    add_config(checking, choices);
    add_output(checking, choices);
    add_enrol(app, choices);
    CLI::App& running = add_command(app, choices, "run", "hold what the master assigns to this box",
                                    [](const Choices& options, const NodeConfig& config) {
                                        return exit_of(run_agent(options, config));
                                    });
    running.add_option("--cgroup-parent", choices.cgroup_parent,
                       "where partitions' groups are made, unless cgroup_parent is configured");
    add_config(running, choices);
    add_output(add_command(app, choices, "status", "ask the running agent",
                           [](const Choices& options, const NodeConfig&) {
                               return exit_of(show_status(options));
                           }),
               choices);
    CLI::App& testing = add_command(app, choices, "selftest",
                                    "try from inside a copy what no tenant may reach", test_walls);
    testing.add_option("--partition", choices.partition,
                       "the copy; the first that runs unless told");
    add_config(testing, choices);
    add_output(testing, choices);
    add_limits(app, choices);
    add_pause(app, choices);
    add_command(app, choices, "resume", "let the box serve again after a pause",
                [](const Choices& options, const NodeConfig&) {
                    return exit_of(order_box(options, HostWish::Serving));
                });
    add_command(app, choices, "leave",
                "take the box out of the cloud for good: its copies move away, then it gets a "
                "receipt",
                [](const Choices& options, const NodeConfig&) {
                    return exit_of(order_box(options, HostWish::Leaving));
                });
    CLI::App& showing = add_command(
        app, choices, "receipt", "show the receipt of a box that left, and whether it is right",
        [](const Choices& options, const NodeConfig&) { return exit_of(show_receipt(options)); });
    showing.add_option("--file", choices.file, "a receipt from elsewhere");
    add_output(showing, choices);
    CLI::App& clearing =
        add_command(app, choices, "clear",
                    "end everything of this box on this machine; the agent must be stopped",
                    [](const Choices& options, const NodeConfig& config) {
                        return exit_of(clear(options.data_dir, config,
                                             options.erase ? ClearData::Erase : ClearData::Keep));
                    });
    clearing.add_flag("--erase", choices.erase,
                      "also its partitions, images, journal and identity: the box is no more");
    add_config(clearing, choices);
}

int guarded_main(int argc, char** argv) {
    CLI::App app{"The agent of a Foyer box."};
    app.set_version_flag("--version", FOYER_VERSION);
    app.require_subcommand(1);
    Choices choices;
    add_commands(app, choices);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& failure) {
        return app.exit(failure) == 0 ? 0 : 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    choices.data_dir = std::filesystem::absolute(choices.data_dir).lexically_normal().string();
    const Result<NodeConfig> config = choices.config_file.empty()
                                          ? Result<NodeConfig>(NodeConfig{})
                                          : load_config(choices.config_file);
    if (!config.ok()) {
        fail(config.failure());
        return 2;
    }
    return choices.action(choices, config.value());
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
