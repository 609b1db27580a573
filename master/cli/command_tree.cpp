#include "master/cli/command_tree.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "common/base/text.h"

namespace foyer::cli {
namespace {

// The parser says "TEXT:table|json" or "NODE": its type, then what its checks call themselves. A
// bare type says nothing, so the argument's own name stands for the value.
std::string value_of(const CLI::Option& option) {
    if (option.get_items_expected_max() == 0) return {};
    const std::string type = option.get_type_name();
    std::string last = type.substr(type.rfind(':') + 1);
    if (!last.empty() && last != "TEXT" && last != "INT") return last;
    const bool named = !option.get_lnames().empty();
    return upper_case(named ? option.get_lnames().front() : option.get_name(true, false));
}

Argument argument_of(const CLI::Option& option) {
    Argument made;
    if (option.get_positional()) {
        made.names.push_back(option.get_name(true, false));
    } else {
        for (const std::string& name : option.get_lnames()) made.names.push_back("--" + name);
        for (const std::string& name : option.get_snames()) made.names.push_back("-" + name);
    }
    made.value = value_of(option);
    made.description = option.get_description();
    made.default_value = option.get_default_str();
    made.environment = option.get_envname();
    made.required = option.get_required();
    made.commas = option.get_delimiter() == ',';
    made.repeated = option.get_expected_max() > 1 ||
                    option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
    return made;
}

CommandNode node_of(const CLI::App& app, const std::string& parent) {
    CommandNode node;
    node.name = app.get_name();
    node.path = parent.empty() ? node.name : parent + " " + node.name;
    node.group = app.get_group();
    node.description = app.get_description();
    for (const CLI::Option* option : app.get_options())
        (option->get_positional() ? node.positionals : node.options)
            .push_back(argument_of(*option));
    for (const CLI::App* command : app.get_subcommands({}))
        node.commands.push_back(node_of(*command, node.path));
    return node;
}

}  // namespace

std::string upper_case(std::string text) {
    for (char& letter : text)
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    return text;
}

std::vector<std::string> Argument::words() const {
    if (value.find('|') == std::string::npos) return {};
    return split(value, '|');
}

std::vector<std::string> CommandNode::command_names() const {
    std::vector<std::string> names;
    names.reserve(commands.size());
    for (const CommandNode& one : commands) names.push_back(one.name);
    return names;
}

const CommandNode* CommandNode::find(std::string_view command) const {
    const auto found = std::ranges::find(commands, command, &CommandNode::name);
    return found == commands.end() ? nullptr : &*found;
}

const Argument* CommandNode::find_option(std::string_view option) const {
    for (const Argument& one : options)
        if (std::ranges::find(one.names, option) != one.names.end()) return &one;
    return nullptr;
}

CommandNode describe_tree(const CLI::App& app) { return node_of(app, ""); }

}  // namespace foyer::cli
