// The commands as plain data, read off the parser's tree: what help, manual pages and completion
// are made of. So they cannot say anything the parser does not do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace foyer::cli {

// An option, a flag or a positional argument.
struct Argument {
    std::vector<std::string> names;  // "--name", "-h"; of a positional its bare name
    std::string value;               // "NODE", "FILE", "table|json"; empty: a flag
    std::string description;
    std::string default_value;
    std::string environment;  // variable it is taken from when absent
    bool required = false;
    bool repeated = false;  // may be given several times
    bool commas = false;    // takes a list with commas

    bool takes_value() const { return !value.empty(); }
    // The words of "table|json"; none where anything goes.
    std::vector<std::string> words() const;
};

struct CommandNode {
    std::string name;   // "drain"
    std::string path;   // "foyer node drain"
    std::string group;  // of the commands beside it: "Homes and boxes"
    std::string description;
    std::vector<Argument> options;
    std::vector<Argument> positionals;
    std::vector<CommandNode> commands;

    std::vector<std::string> command_names() const;
    const CommandNode* find(std::string_view command) const;
    const Argument* find_option(std::string_view option) const;
};

// Of ASCII: "NODE" of "node".
std::string upper_case(std::string text);

CommandNode describe_tree(const CLI::App& app);

}  // namespace foyer::cli
