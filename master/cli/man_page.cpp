#include "master/cli/man_page.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <span>

#include "master/cli/exit_code.h"
#include "master/cli/help.h"
#include "master/cli/manual_text.h"
#include "master/cli/text_width.h"

namespace foyer::cli {
namespace {

struct Fact {
    std::string_view name;
    std::string_view meaning;
};
constexpr auto files = std::to_array<Fact>({
    {"~/.config/foyer/config.toml",
     "Profiles: address, certificate authority and token of each master. Mode 0600; a file others "
     "may read is refused."},
});
constexpr auto variables = std::to_array<Fact>({
    {"FOYER_CONFIG", "The configuration file, instead of the usual one."},
    {"FOYER_PROFILE", "The profile, where --profile is not given."},
    {"XDG_CONFIG_HOME", "Where the folder foyer/ with the configuration is, instead of ~/.config."},
    {"NO_COLOR", "Not empty: no colours."},
    {"LC_ALL, LC_CTYPE, LANG", "Without UTF-8 in them, what is drawn is ASCII."},
});

std::string paragraph(std::string_view tag, std::string_view text) {
    return fmt::format(".TP\n{}\n{}\n", tag, roff_text(text));
}

std::string bold(std::string_view text) { return "\\fB" + roff_text(text) + "\\fR"; }

// A long list of words may break between them.
std::string breakable(const std::string& words) {
    std::string made;
    for (const char c : words) {
        made += c;
        if (c == ',' || c == '|') made += "\\:";
    }
    return made;
}

std::string tag_of(const Argument& argument) {
    if (!argument.names.front().starts_with('-'))
        return "\\fI" + roff_text(bare_shape_of(argument)) + "\\fR";
    std::string tag;
    for (auto name = argument.names.rbegin(); name != argument.names.rend(); ++name)
        tag += (tag.empty() ? "" : ", ") + bold(*name);
    if (argument.takes_value()) tag += " \\fI" + breakable(roff_text(argument.value)) + "\\fR";
    return tag;
}

std::string arguments_of(const std::vector<Argument>& arguments) {
    std::string text;
    for (const Argument& one : arguments) text += paragraph(tag_of(one), described(one) + ".");
    return text;
}

std::string commands_of(const CommandNode& command) {
    if (command.commands.empty()) return {};
    std::string text = ".SH COMMANDS\n";
    for (const CommandNode& one : command.commands)
        text += paragraph(bold(command.path + " " + one.name), one.description + ".");
    return text;
}

std::string options_of(const CommandNode& command, const CommandNode& root) {
    std::string text = ".SH OPTIONS\n";
    text += arguments_of(command.positionals) + arguments_of(command.options);
    if (command.path == root.path) return text;
    std::vector<Argument> inherited;
    for (const Argument& one : root.options)
        if (command.find_option(one.names.front()) == nullptr) inherited.push_back(one);
    return text + ".SS Of every command\n" + arguments_of(inherited);
}

std::string facts_of(std::string_view title, std::span<const Fact> facts) {
    std::string text = fmt::format(".SH {}\n", title);
    for (const Fact& one : facts) text += paragraph(bold(one.name), one.meaning);
    return text;
}

std::string exit_statuses_of() {
    std::string text = ".SH EXIT STATUS\n";
    for (const ExitStatus& one : exit_statuses())
        text += paragraph(bold(std::to_string(static_cast<int>(one.code))),
                          std::string(one.meaning) + ".");
    return text;
}

std::string examples_of(const CommandNode& command) {
    const ManualEntry& entry = manual_entry(command.path);
    if (entry.examples.empty()) return {};
    std::string text = ".SH EXAMPLES\n";
    for (const Example& example : entry.examples) {
        const std::string what = example.what.empty() ? "" : roff_text(example.what) + ":\n";
        text += fmt::format(".PP\n{}.RS 4\n.EX\n{}\n.EE\n.RE\n", what, roff_text(example.command));
    }
    return text;
}

const CommandNode* parent_of(const CommandNode& command, const CommandNode& node) {
    for (const CommandNode& one : node.commands) {
        if (one.path == command.path) return &node;
        if (command.path.starts_with(one.path + " ")) return parent_of(command, one);
    }
    return nullptr;
}

std::string see_also(const CommandNode& command, const CommandNode& root) {
    std::vector<std::string> pages;
    pages.reserve(command.commands.size());
    for (const CommandNode& one : command.commands) pages.push_back(man_page_name(one));
    if (const CommandNode* parent = parent_of(command, root)) {
        pages.push_back(man_page_name(*parent));
        if (parent->path != root.path)
            for (const CommandNode& one : parent->commands)
                if (one.path != command.path) pages.push_back(man_page_name(one));
    }
    std::string text = ".SH SEE ALSO\n";
    for (std::size_t i = 0; i < pages.size(); ++i)
        text += fmt::format(".BR {} (1){}\n", roff_text(pages[i]), i + 1 < pages.size() ? "," : "");
    return text;
}

std::string sentence(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
        text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text + ".";
}

std::string description_of(const CommandNode& command) {
    std::string text = ".SH DESCRIPTION\n" + roff_text(sentence(command.description)) + "\n";
    const std::string_view more = manual_entry(command.path).text;
    if (!more.empty()) text += ".PP\n" + roff_text(more) + "\n";
    return text;
}

}  // namespace

std::string man_page_name(const CommandNode& command) {
    std::string name = command.path;
    std::ranges::replace(name, ' ', '-');
    return name;
}

std::string man_page(const CommandNode& command, const CommandNode& root,
                     std::string_view version) {
    std::string text = fmt::format(".TH {} 1 \"\" \"foyer {}\" \"Foyer\"\n",
                                   upper_case(man_page_name(command)), version);
    text += ".nh\n.ad l\n";  // names of options and commands are never hyphenated
    text += fmt::format(".SH NAME\n{} \\- {}\n", roff_text(man_page_name(command)),
                        roff_text(command.description));
    text += fmt::format(".SH SYNOPSIS\n{} {}\n", bold(command.path), roff_text(usage_of(command)));
    text += description_of(command);
    text += commands_of(command);
    text += options_of(command, root);
    text += exit_statuses_of();
    text += facts_of("FILES", files);
    text += facts_of("ENVIRONMENT", variables);
    text += examples_of(command);
    return text + see_also(command, root);
}

std::string roff_text(std::string_view text) {
    std::string made;
    // A line that begins with one of these would be a request.
    if (text.starts_with('.') || text.starts_with('\'')) made = "\\&";
    for (const char32_t letter : letters_of(text)) {
        switch (letter) {
            case U'\\': made += "\\e"; break;
            case U'-': made += "\\-"; break;
            case U'\'': made += "\\(aq"; break;
            case U'`': made += "\\(ga"; break;
            case U'"': made += "\\(dq"; break;
            case U'~': made += "\\(ti"; break;
            case U'^': made += "\\(ha"; break;
            case U'\n': made += ' '; break;
            default:
                if (letter < 0x80) {
                    made += static_cast<char>(letter);
                } else {
                    made += fmt::format("\\[u{:04X}]", static_cast<std::uint32_t>(letter));
                }
        }
    }
    return made;
}

}  // namespace foyer::cli
