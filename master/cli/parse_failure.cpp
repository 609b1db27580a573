#include "master/cli/parse_failure.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "common/base/text.h"
#include "master/cli/exit_code.h"
#include "master/cli/help.h"

namespace foyer::cli {
namespace {

constexpr std::size_t named_max = 12;

const Argument* argument_named(const CommandNode& command, std::string_view name) {
    if (const Argument* option = command.find_option(name)) return option;
    for (const Argument& one : command.positionals)
        if (one.names.front() == name) return &one;
    return nullptr;
}

// The parser says "NAME is required".
std::string what_is_missing(const std::string& said, const CommandNode& command) {
    const std::string name = said.substr(0, said.find(' '));
    const Argument* argument = argument_named(command, name);
    if (argument == nullptr) return said;
    return fmt::format("'{}' needs {}: {}", command.path, shape_of(*argument),
                       argument->description);
}

std::string which_commands(const CommandNode& command) {
    if (command.commands.size() > named_max)
        return fmt::format("'{}' needs a command", command.path);
    return fmt::format("'{}' needs one of its commands: {}", command.path,
                       join(command.command_names(), ", "));
}

std::string worded(const CLI::ParseError& failure, const CommandNode& command) {
    std::string said = failure.what();
    if (dynamic_cast<const CLI::RequiredError*>(&failure) != nullptr)
        return command.commands.empty() ? what_is_missing(said, command) : which_commands(command);
    if (dynamic_cast<const CLI::ExtrasError*>(&failure) != nullptr) {
        const std::size_t colon = said.rfind(": ");
        const std::string extra = colon == std::string::npos ? said : said.substr(colon + 2);
        return fmt::format("'{}' has no place for '{}'", command.path, extra);
    }
    // "--name: 1 required TEXT missing"
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&failure) != nullptr) {
        const std::string name = said.substr(0, said.find(':'));
        const Argument* argument = argument_named(command, name);
        if (argument != nullptr && argument->takes_value())
            return fmt::format("'{}' needs a value: {}", name, argument->value);
    }
    return said;
}

}  // namespace

Error word_parse_failure(const CLI::ParseError& failure, const CommandNode& command) {
    Error worded_failure = usage_error(worded(failure, command), command.path + " --help");
    worded_failure.details.insert(worded_failure.details.begin(), {"usage", usage_line(command)});
    return worded_failure;
}

}  // namespace foyer::cli
