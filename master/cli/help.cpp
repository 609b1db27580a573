#include "master/cli/help.h"

#include <algorithm>
#include <fmt/format.h>

#include "common/base/text.h"
#include "master/cli/exit_code.h"
#include "master/cli/manual_text.h"
#include "master/cli/text_width.h"

namespace foyer::cli {
namespace {

constexpr int first_column_max = 26;
constexpr int margin = 2;

struct Row {
    std::string left;
    std::string right;
};

// Two columns; a left part that is too long has a line of its own.
std::string table_of(const std::string& title, const std::vector<Row>& rows, int width) {
    if (rows.empty()) return {};
    int column = 0;
    for (const Row& row : rows) {
        const int wide = display_width(row.left);
        if (wide <= first_column_max) column = std::max(column, wide);
    }
    const int indent = margin + column + 2;
    std::string text = "\n" + title + ":\n";
    for (const Row& row : rows) {
        const bool long_left = display_width(row.left) > column;
        text += std::string(margin, ' ') + (long_left ? row.left : pad_right(row.left, column));
        text += long_left ? "\n" + std::string(static_cast<std::size_t>(indent), ' ') : "  ";
        text += wrapped(row.right, width, indent) + "\n";
    }
    return text;
}

Row row_of(const Argument& argument) {
    std::string left = argument.names.front();
    if (!left.starts_with('-')) {
        left = bare_shape_of(argument);
    } else {
        for (std::size_t i = 1; i < argument.names.size(); ++i)
            left.insert(0, argument.names[i] + ", ");
        if (argument.takes_value()) left += " " + argument.value;
    }
    return {left, described(argument)};
}

std::vector<Row> rows_of(const std::vector<Argument>& arguments) {
    std::vector<Row> rows;
    rows.reserve(arguments.size());
    for (const Argument& one : arguments) rows.push_back(row_of(one));
    return rows;
}

std::string commands_of(const CommandNode& command, int width) {
    std::string text;
    std::vector<std::string> groups;
    for (const CommandNode& one : command.commands)
        if (std::ranges::find(groups, one.group) == groups.end()) groups.push_back(one.group);
    for (const std::string& group : groups) {
        std::vector<Row> rows;
        for (const CommandNode& one : command.commands)
            if (one.group == group) rows.push_back({one.name, one.description});
        text += table_of(group == "Subcommands" ? "Commands" : group, rows, width);
    }
    return text;
}

std::string examples_of(const CommandNode& command) {
    const ManualEntry& entry = manual_entry(command.path);
    if (entry.examples.empty()) return {};
    std::string text = "\nExamples:\n";
    for (const Example& example : entry.examples) {
        if (!example.what.empty()) text += fmt::format("  # {}\n", example.what);
        text += fmt::format("  {}\n", example.command);
    }
    return text;
}

std::string exit_statuses_of(int width) {
    std::vector<Row> rows;
    for (const ExitStatus& one : exit_statuses())
        rows.push_back({std::to_string(static_cast<int>(one.code)), std::string(one.meaning)});
    return table_of("Exit status", rows, width);
}

}  // namespace

std::string shape_of(const Argument& argument) {
    if (argument.names.front().starts_with('-')) {
        const std::string value = argument.takes_value() ? " " + argument.value : "";
        return argument.names.front() + value;
    }
    std::string shape = argument.value;
    if (argument.repeated) shape += "...";
    return argument.required ? shape : "[" + shape + "]";
}

std::string notes_on(const Argument& argument) {
    std::vector<std::string> notes;
    const bool option = argument.names.front().starts_with('-');
    if (option && argument.required) notes.emplace_back("required");
    if (argument.commas) notes.emplace_back("a list with commas");
    if (!argument.default_value.empty()) notes.push_back("default: " + argument.default_value);
    if (!argument.environment.empty()) notes.push_back("or $" + argument.environment);
    return join(notes, "; ");
}

std::string described(const Argument& argument) {
    const std::string notes = notes_on(argument);
    return argument.description + (notes.empty() ? "" : " (" + notes + ")");
}

std::string bare_shape_of(const Argument& argument) {
    const std::string shape = shape_of(argument);
    return shape.starts_with('[') ? shape.substr(1, shape.size() - 2) : shape;
}

std::string usage_of(const CommandNode& command) {
    std::string usage;
    for (const Argument& one : command.options)
        if (one.required) usage += " " + shape_of(one);
    const bool more = std::ranges::any_of(command.options, [](const Argument& one) {
        return !one.required && one.names.front() != "--help";
    });
    if (more) usage += " [OPTIONS]";
    if (!command.commands.empty()) usage += " COMMAND";
    for (const Argument& one : command.positionals) usage += " " + shape_of(one);
    return usage.empty() ? usage : usage.substr(1);
}

std::string usage_line(const CommandNode& command) {
    const std::string usage = usage_of(command);
    return command.path + (usage.empty() ? "" : " ") + usage;
}

std::string wrapped(std::string_view text, int width, int indent) {
    std::string lines;
    int column = indent;
    bool fresh = true;
    for (const std::string& word : split(text, ' ')) {
        const int wide = display_width(word);
        if (!fresh && column + 1 + wide > width) {
            lines += "\n" + std::string(static_cast<std::size_t>(indent), ' ');
            column = indent;
            fresh = true;
        }
        if (!fresh) lines += ' ';
        column += wide + (fresh ? 0 : 1);
        lines += word;
        fresh = false;
    }
    return lines;
}

std::string help_text(const CommandNode& command, const CommandNode& root, int width) {
    const bool is_root = command.path == root.path;
    std::string text = wrapped(command.path + ": " + command.description, width, 0) + "\n";
    const std::string_view more = manual_entry(command.path).text;
    if (!more.empty()) text += "\n" + wrapped(more, width, 0) + "\n";
    text += "\n" + wrapped("Usage: " + usage_line(command), width, 7) + "\n";
    text += commands_of(command, width);
    text += table_of("Arguments", rows_of(command.positionals), width);
    text += table_of("Options", rows_of(command.options), width);
    text += examples_of(command);
    if (is_root) return text + exit_statuses_of(width);
    return text + fmt::format("\nOptions of every command and exit status: {} --help\n", root.path);
}

}  // namespace foyer::cli
