#include "master/cli/program.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/base/check.h"
#include "master/cli/commands.h"
#include "master/cli/exit_code.h"
#include "master/cli/help.h"
#include "master/cli/parse_failure.h"
#include "master/cli/suggest.h"

namespace foyer::cli {
namespace {

constexpr std::size_t request_id_letters_max = 64;
constexpr std::string_view complete_word = "__complete";  // no command: its words are no options

struct CommandGroup {
    const char* title;
    std::vector<const char*> commands;
};
const std::vector<CommandGroup> command_groups = {
    {"Ordering",
     {"order", "plan", "quote", "price-list", "instance", "logs", "exec", "domain", "op", "event",
      "webhook", "contact"}},
    {"Homes and boxes",
     {"isp", "host", "site", "node", "application", "rebalance", "agent-release", "upgrade"}},
    {"Software", {"release"}},
    {"Accounts", {"account", "member", "token", "audit"}},
    {"This command",
     {"login", "logout", "me", "whoami", "profile", "doctor", "completion", "man", "help", "api"}},
};

std::string full_name(const CLI::App& command) {
    const CLI::App* parent = command.get_parent();
    return (parent == nullptr ? "" : full_name(*parent) + " ") + command.get_name();
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

// The option of a word like "--name", looked for upwards, as `fallthrough` does.
const CLI::Option* find_option(const CLI::App* command, const std::string& word) {
    for (; command != nullptr; command = command->get_parent()) {
        if (const CLI::Option* option = command->get_option_no_throw(word)) return option;
    }
    return nullptr;
}

std::vector<std::string> option_names(const CLI::App* command) {
    std::vector<std::string> names;
    for (; command != nullptr; command = command->get_parent()) {
        for (const CLI::Option* option : command->get_options()) {
            if (!option->nonpositional()) continue;
            for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
        }
    }
    return names;
}

std::vector<std::string> command_names(const CLI::App& group) {
    std::vector<std::string> names;
    for (const CLI::App* command : group.get_subcommands({})) names.push_back(command->get_name());
    return names;
}

CLI::App* command_named(CLI::App& group, const std::string& name) {
    for (CLI::App* command : group.get_subcommands({})) {
        if (command->get_name() == name) return command;
    }
    return nullptr;
}

// Walks the words as the parser will, to say of a mistyped one what was probably meant.
Status check_words(CLI::App& app, const std::vector<std::string>& words) {
    CLI::App* command = &app;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "--") return ok_status();
        if (word.size() > 1 && word.starts_with('-')) {
            const bool is_long = word.starts_with("--");
            const std::string name = word.substr(0, is_long ? word.find('=') : 2);  // "-ojson"
            const CLI::Option* option = find_option(command, name);
            if (option == nullptr) {
                return usage_error(fmt::format("'{}' has no option '{}'{}", full_name(*command),
                                               name, did_you_mean(name, option_names(command))),
                                   full_name(*command) + " --help");
            }
            const bool apart = name == word;
            if (option != nullptr && takes_value(*option) && apart) ++i;
            continue;
        }
        const std::vector<std::string> names = command_names(*command);
        if (names.empty()) continue;  // its own arguments
        CLI::App* next = command_named(*command, word);
        if (next == nullptr) {
            return usage_error(fmt::format("'{}' has no command '{}'{}", full_name(*command), word,
                                           did_you_mean(word, names)),
                               full_name(*command) + " --help");
        }
        command = next;
    }
    return ok_status();
}

void add_global_options(CLI::App& app, GlobalOptions& options) {
    app.set_help_flag("-h,--help", "show this help");
    app.set_version_flag("--version", std::string("foyer " FOYER_VERSION),
                         "show the version of this program");
    app.add_option("--config", options.config_path,
                   "configuration file; absent: $FOYER_CONFIG or ~/.config/foyer/config.toml")
        ->type_name("FILE");
    app.add_option("--profile", options.profile, "which master and account")
        ->envname("FOYER_PROFILE");
    Command(app)
        .add_option("-o,--output", options.output,
                    "table for people; json, yaml, or csv (lists) for programs. json/1 insists on "
                    "version 1 of it")
        .shows_default()
        .check(a_format());
    app.add_option("--request-id", options.request_id,
                   "of a write: repeating it with the same id changes nothing");
    app.add_flag("-q,--quiet", options.quiet, "no progress and no notes on stderr");
}

// The innermost command that was recognised: whose help to advise.
const CLI::App& chosen(const CLI::App& app) {
    const CLI::App* command = &app;
    while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
    return *command;
}

const CommandNode& node_at(const CommandNode& root, const CLI::App& command) {
    if (command.get_parent() == nullptr) return root;
    const CommandNode& parent = node_at(root, *command.get_parent());
    const CommandNode* found = parent.find(command.get_name());
    CHECK(found != nullptr);
    return *found;
}

Status parse(CLI::App& app, const std::vector<std::string>& arguments, Session& session,
             bool& finished) {
    TRY(check_words(app, arguments));
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
        app.parse(std::move(reversed));
    } catch (const CLI::Success& wish) {  // --help and --version leave by this door
        finished = true;
        if (dynamic_cast<const CLI::CallForVersion*>(&wish) != nullptr) {
            session.console().data(std::string(wish.what()) + "\n");
        } else {
            const CommandNode root = describe_tree(app);
            session.console().data(
                help_text(node_at(root, chosen(app)), root, session.console().text_width()));
        }
        return ok_status();
    } catch (const CLI::ParseError& failure) {
        const CommandNode root = describe_tree(app);
        return word_parse_failure(failure, node_at(root, chosen(app)));
    }
    if (session.format() == Format::AsCsv && !session.is_list(chosen(app))) {
        return usage_error(
            fmt::format("'{}' answers with no list; csv is for lists", full_name(chosen(app))),
            "repeat with --output json");
    }
    const std::string& id = session.options.request_id;
    const bool usable = std::ranges::all_of(id, [](char c) { return c > ' ' && c < 0x7F; });
    if (!usable || id.size() > request_id_letters_max) {
        return usage_error("--request-id is at most 64 printable characters without spaces");
    }
    return ok_status();
}

int finish(Console& console, const Status& status) {
    if (!status.ok()) {
        console.fail(describe(status.failure()));
        return static_cast<int>(exit_code_of(status.failure().code));
    }
    console.clear_status();
    if (!console.output_ok()) {
        console.fail("foyer: the answer could not be written to stdout\n");
        return static_cast<int>(ExitCode::Failed);
    }
    return static_cast<int>(ExitCode::Ok);
}

}  // namespace

void add_all(Command app, Session& session) {
    add_global_options(app.app(), session.options);
    add_order_command(app, session);
    add_plan_commands(app, session);
    add_price_commands(app, session);
    add_instance_commands(app, session);
    add_console_commands(app, session);
    add_operation_commands(app, session);
    add_fleet_commands(app, session);
    add_application_commands(app, session);
    add_rebalance_commands(app, session);
    add_agent_release_commands(app, session);
    add_upgrade_commands(app, session);
    add_release_commands(app, session);
    add_account_commands(app, session);
    add_member_commands(app, session);
    add_token_commands(app, session);
    add_audit_commands(app, session);
    add_event_commands(app, session);
    add_webhook_commands(app, session);
    add_contact_commands(app, session);
    add_domain_commands(app, session);
    add_session_commands(app, session);
    add_me_commands(app, session);
    add_profile_commands(app, session);
    add_doctor_command(app, session);
    add_api_commands(app, session);
    add_completion_commands(app, session);
    add_man_commands(app, session);
    app.requires_one();
    for (const CommandGroup& group : command_groups)
        for (const char* command : group.commands)
            app.app().get_subcommand(command)->group(group.title);
}

int run_program(const std::vector<std::string>& arguments, Console& console, const Clock& clock,
                Rng& rng) {
    Session session(console, clock, rng);
    CLI::App app{"the command of customer, host and operator", "foyer"};
    add_all(app, session);
    if (!arguments.empty() && arguments.front() == complete_word) {
        answer_completion(session, describe_tree(app), {arguments.begin() + 1, arguments.end()});
        return static_cast<int>(ExitCode::Ok);
    }
    bool finished = false;
    const Status parsed = parse(app, arguments, session, finished);
    if (!parsed.ok() || finished) return finish(console, parsed);
    console.set_quiet(session.options.quiet);
    const int finished_with = finish(console, session.action());
    return finished_with == 0 ? session.exit_code : finished_with;
}

}  // namespace foyer::cli
