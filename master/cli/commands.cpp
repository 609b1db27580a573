#include "master/cli/commands.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "master/cli/exit_code.h"
#include "master/cli/human.h"
#include "master/cli/suggest.h"
#include "master/cli/watch.h"

namespace foyer::cli {
namespace {

// "price_lists" and "price-list" as people say them.
std::string plain(std::string words) {
    for (char& letter : words)
        if (letter == '_' || letter == '-') letter = ' ';
    return words;
}

}  // namespace

Command add_group(Command app, const std::string& name, const std::string& description) {
    Command group = add_command(app, name, description);
    group.requires_one();
    return group;
}

Command add_command(Command group, const std::string& name, const std::string& description) {
    return group.add_command(name, description);
}

Check one_of(std::vector<std::string> words) {
    const std::string all = join(words, "|");
    const auto check = [words = std::move(words), all](const std::string& word) -> std::string {
        if (std::ranges::find(words, word) != words.end()) return {};
        return fmt::format("'{}' is none of {}{}", word, all, did_you_mean(word, words));
    };
    return {all, check};
}

Check a_role() { return one_of({"operator", "host", "customer", "publisher", "auditor"}); }

Check a_thing() {
    return one_of(
        {"cloud", "account", "node", "site", "release", "price_list", "instance", "operation"});
}

Check between(std::int64_t low, std::int64_t high) {
    const auto check = [low, high](const std::string& text) -> std::string {
        const auto number = parse_int(text);
        if (number && *number >= low && *number <= high) return {};
        return fmt::format("'{}' is no whole number from {} to {}", text, low, high);
    };
    return {fmt::format("{}..{}", low, high), check};
}

Check a_format() {
    const auto check = [](const std::string& text) -> std::string {
        const auto format = parse_format(text);
        return format.ok() ? std::string() : format.failure().message;
    };
    return {std::string(format_words), check};
}

Check a_duration() {
    const auto check = [](const std::string& text) -> std::string {
        const auto duration = parse_duration(text);
        return duration.ok() ? std::string() : duration.failure().message;
    };
    return {"DURATION", check};
}

Check a_price() {
    const auto check = [](const std::string& text) -> std::string {
        const auto cents = parse_cents(text);
        return cents.ok() ? std::string() : cents.failure().message;
    };
    return {"AMOUNT", check};
}

void add_dry_run(Command command, bool& flag) {
    command.add_flag("--dry-run", flag, "only check; change nothing");
}

namespace {

ListRoute filtered(ListRoute route, const std::map<std::string, std::string>& asked) {
    for (const auto& [field, value] : asked) {
        add_to_query(route.query, field, value);
        if (!value.empty()) route.nothing = "none of the " + plain(route.rows) + " fits";
    }
    return route;
}

}  // namespace

void add_list_command(Command group, Session& session, const ListRoute& route, View view) {
    Command command = add_command(group, "ls", "list all " + plain(route.rows));
    session.has_rows(command);
    auto& asked = session.keep<std::map<std::string, std::string>>();
    for (const ListFilter& filter : route.filters) {
        Option option = command.add_option("--" + filter.field, asked[filter.field], filter.help);
        if (!filter.words.empty()) option.check(one_of(filter.words));
        if (!filter.kind.empty()) option.type_name(filter.kind);
    }
    command.callback([&session, &asked, route, view] {
        session.action = [&session, &asked, route, view] {
            return session.show_list(filtered(route, asked), view);
        };
    });
}

Option add_name(Command command, std::string& name, const std::string& kind) {
    return command.add_option("name", name, "its name").required().type_name(kind);
}

void add_show_command(Command group, Session& session, const std::string& collection, View view) {
    auto& name = session.keep<std::string>();
    Command command = add_command(group, "show", "show one " + plain(group.name()));
    add_name(command, name, upper_case(group.name()));
    const std::string next = "foyer " + group.name() + " ls";
    command.callback([&session, &name, collection, next, view] {
        session.action = [&session, &name, collection, next, view]() -> Status {
            return session.show(TRY(session.get(path_of(collection, name), next)), view);
        };
    });
}

namespace {

struct DeleteOptions {
    std::string name;
    bool yes = false;
    bool dry_run = false;
};

Status delete_thing(Session& session, const DeleteOptions& options, const std::string& noun,
                    const DeleteRoute& route) {
    if (!options.dry_run && !route.loss.empty())
        TRY(confirm_loss(session, options.name, route.loss, options.yes));
    const std::string query = options.dry_run ? "?validate_only=true" : "";
    const std::string answer =
        TRY(session.write("DELETE", path_of(route.collection, options.name) + query, std::nullopt,
                          "foyer " + noun + " ls"));
    if (session.wants_json()) TRY(session.print_json(answer));
    session.console().note(options.dry_run ? std::string(dry_run_note)
                                           : fmt::format("{} '{}' is deleted", noun, options.name));
    return ok_status();
}

}  // namespace

void add_delete_command(Command group, Session& session, const DeleteRoute& route) {
    auto& options = session.keep<DeleteOptions>();
    Command command = add_command(group, "delete", route.description);
    add_name(command, options.name, upper_case(group.name()));
    if (!route.loss.empty()) command.add_flag("--yes", options.yes, "do not ask");
    add_dry_run(command, options.dry_run);
    const std::string noun = group.name();
    command.callback([&session, &options, noun, route] {
        session.action = [&session, &options, noun, route] {
            return delete_thing(session, options, noun, route);
        };
    });
}

Status show_created(Session& session, const std::string& body, View view, bool dry_run) {
    if (dry_run) session.console().note(dry_run_note);
    return session.show(body, view);
}

Status confirm_loss(Session& session, const std::string& name, const std::string& question,
                    bool yes) {
    if (yes) return ok_status();
    if (!session.console().is_interactive()) {
        return usage_error(fmt::format("'{}' would be lost and nobody can be asked", name),
                           "repeat with --yes");
    }
    const std::string answer = TRY(session.console().ask(question + "\nType its name to go on: "));
    if (answer != name) {
        return error(ErrorCode::FailedPrecondition, "the name does not match; nothing was done");
    }
    return ok_status();
}

Result<bool> ask_yes(Session& session, const std::string& question) {
    const std::string answer = upper_case(TRY(session.console().ask(question + " [y/N] ")));
    return answer == "Y" || answer == "YES";
}

}  // namespace foyer::cli
