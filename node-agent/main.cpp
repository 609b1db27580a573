// foyer-node: check, enrol, apply, run, status, selftest, limits, upgrades, refuse, pause, resume,
// leave, receipt, clear (common/docs/processes.md). Exit status: 0 done, 2 usage or configuration,
// 1 anything else.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <poll.h>

#include "common/base/random.h"
#include "common/base/text.h"
#include "common/base/time.h"
#include "common/tls/private_file.h"
#include "node-agent/check/check_text.h"
#include "node-agent/check/judge.h"
#include "node-agent/check/read_machine.h"
#include "node-agent/clear.h"
#include "node-agent/config.h"
#include "node-agent/host/give_limits.h"
#include "node-agent/host/give_order.h"
#include "node-agent/host/give_refusals.h"
#include "node-agent/host/host_door.h"
#include "node-agent/host/limits_page.h"
#include "node-agent/host/until.h"
#include "node-agent/join.h"
#include "node-agent/line/line_meter.h"
#include "node-agent/link/receipt_file.h"
#include "node-agent/run.h"
#include "node-agent/selftest.h"
#include "node-agent/state/limits_files.h"
#include "node-agent/state/upgrade_files.h"
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
    LimitsEdit edit;           // of limits
    bool upgrades_on = false;  // of upgrades
    bool upgrades_off = false;
    std::string limits_file;
    bool clear_limits = false;
    RefusalsEdit refusals;
    JoinChoices join;  // of enrol and apply

    int (*action)(const Choices& choices, const NodeConfig& config) = nullptr;
};

int fail(const Error& failure) {
    std::fprintf(stderr, "foyer-node: %s\n", failure.message.c_str());
    return 1;
}

JoinTalk join_talk() {
    return {
        [](const std::string& page) {
            std::fputs(page.c_str(), stdout);
            std::fflush(stdout);  // also while it waits
        },
        [](const std::string& note) { std::fprintf(stderr, "foyer-node: %s\n", note.c_str()); }};
}

Status show_status(const Choices& options) {
    const std::string json = TRY(knock(options.data_dir, to_line({})));
    const std::string page = options.output == "json" ? json : TRY(status_page(json));
    std::fputs(page.c_str(), stdout);
    return ok_status();
}

OrderPorts order_ports(const Choices& options, const Clock& clock) {
    return {[&options](const std::string& line) { return knock(options.data_dir, line); },
            [](Duration span) { ::poll(nullptr, 0, static_cast<int>(span.count())); }, clock};
}

Status order_box(const Choices& options, HostWish wish) {
    const SystemClock clock;
    HostOrder order{wish, std::nullopt};
    if (!options.until.empty())
        order.until = TRY(parse_until(options.until, clock.wall(), local_time));
    const std::string said = TRY(give_order(order, order_ports(options, clock)));
    std::printf("%s\n", said.c_str());
    return ok_status();
}

Status refuse_on_box(const Choices& options) {
    const SystemClock clock;
    const std::string status = TRY(give_refusals(options.refusals, order_ports(options, clock)));
    const std::string page = options.output == "json" ? status : TRY(refusals_page(status));
    std::fputs(page.c_str(), stdout);
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

Status switch_upgrades(const Choices& options) {
    HostRequest request;
    if (options.upgrades_on || options.upgrades_off) request.upgrades = options.upgrades_on;
    const std::string json = TRY(knock(options.data_dir, to_line(request)));
    if (const auto why = refusal_in(json)) return error(ErrorCode::FailedPrecondition, *why);
    const std::string page = options.output == "json" ? json : TRY(upgrades_page(json));
    std::fputs(page.c_str(), stdout);
    return ok_status();
}

Status check_package(const Choices& options, const NodeConfig& config) {
    return check_package_file(options.file, config.upgrade_publisher_keys, machine_architecture());
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

void add_offer(CLI::App& command, JoinChoices& choices) {
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
}

void add_enrol(CLI::App& app, Choices& choices) {
    CLI::App& command = add_command(
        app, choices, "enrol",
        "turn a one-time token, or an application that was approved, into this box's identity",
        [](const Choices& options, const NodeConfig& config) {
            return exit_of(enrol_box(options.join, config, join_talk()));
        });
    // Never the token itself: every user of the machine reads the arguments of others.
    command.add_option("--token-file", choices.join.token_file,
                       "file with the token of `foyer node token`; - reads standard input; absent: "
                       "this box applied");
    command.add_flag("--dry-run", choices.join.dry_run,
                     "say what would be offered; change nothing");
    add_offer(command, choices.join);
    add_config(command, choices);
}

void add_apply(CLI::App& app, Choices& choices) {
    CLI::App& command = add_command(
        app, choices, "apply",
        "ask to be taken in, without a token; alone: how the application of this box stands",
        [](const Choices& options, const NodeConfig& config) {
            return exit_of(apply_box(options.join, config, join_talk()));
        });
    ApplyWish& wish = choices.join.apply;
    command.add_option("--master", wish.master, "where boxes apply, host:port; the operator says");
    command.add_option("--ca-sha256", wish.ca_sha256, "of the cloud's CA; the operator says");
    command.add_option("--site", wish.site, "what the home is to be called, like lille");
    command.add_option("--isp", wish.isp, "whose line it is, like orange");
    command.add_option("--country", wish.country, "where it is: FR, BE, …");
    command.add_option("--plan", wish.plan, "which product of the ISP's");
    command.add_option("--contact", wish.contact, "where you are written to: name@host");
    command.add_option("--message", wish.message, "to the operator");
    command.add_flag("--with-check", wish.with_check,
                     "also tell what `foyer-node check` finds on this machine");
    CLI::Option* waiting =
        command.add_flag("--wait", wish.wait, "wait until somebody decides, and enrol then");
    command.add_flag("--withdraw", wish.withdraw, "take the application back")->excludes(waiting);
    command.add_flag("--dry-run", choices.join.dry_run,
                     "say what would be sent; send and change nothing");
    add_offer(command, choices.join);
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

void add_refuse(CLI::App& app, Choices& choices) {
    CLI::App& command = add_command(
        app, choices, "refuse",
        "show or set what this box takes from nobody; also while the master is away",
        [](const Choices& options, const NodeConfig&) { return exit_of(refuse_on_box(options)); });
    RefusalsEdit& edit = choices.refusals;
    command
        .add_option("--country", edit.countries,
                    "of tenants, RU; several times or with commas; ZZ: those of whom it is not "
                    "known; none: of any country")
        ->delimiter(',')
        ->allow_extra_args(false);
    command
        .add_option("--kind", edit.kinds,
                    "of releases: erp, database, web, mail, other; likewise; none: of any kind")
        ->delimiter(',')
        ->allow_extra_args(false);
    command.add_flag("--now", edit.now,
                     "stop at once what is here of it; else it is served until another box has it");
    add_output(command, choices);
    command.require_subcommand(0, 1);
    command.add_subcommand("clear", "refuse nothing any more")->fallthrough()->callback([&choices] {
        choices.refusals.clear = true;
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

void add_upgrades(CLI::App& app, Choices& choices) {
    CLI::App& command = add_command(
        app, choices, "upgrades",
        "show or set whether this box takes newer agents from its operator; also while the master "
        "is away",
        [](const Choices& options, const NodeConfig&) {
            return exit_of(switch_upgrades(options));
        });
    CLI::Option* on = command.add_flag("--on", choices.upgrades_on, "it does");
    command.add_flag("--off", choices.upgrades_off, "it does not; you upgrade it yourself")
        ->excludes(on);
    add_output(command, choices);
    // The helper's question; no group: not in the help.
    CLI::App& checking =
        add_command(app, choices, "upgrade-check", "whether a .deb is what a pinned key signed",
                    [](const Choices& options, const NodeConfig& config) {
                        return exit_of(check_package(options, config));
                    });
    checking.group("");
    checking.add_option("file", choices.file, "with .document and .signature beside it")
        ->required();
    add_config(checking, choices);
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
    add_apply(app, choices);
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
    add_upgrades(app, choices);
    add_refuse(app, choices);
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
    choices.join.data_dir = choices.data_dir;
    choices.join.agent_version = FOYER_VERSION;
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
