// Help, manual pages and examples are made of the parser's own tree.
#include <CLI/CLI.hpp>
#include <set>

#include "master/cli/commands.h"
#include "master/cli/help.h"
#include "master/cli/man_page.h"
#include "master/cli/manual_text.h"
#include "master/cli/text_width.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace foyer;
using namespace foyer::cli;

namespace {

// The command as `main` makes it, without a process around it.
struct Program {
    Console console;
    test::FakeClock clock;
    SeededRng rng{1};
    Session session{console, clock, rng};
    CLI::App app{"the command", "foyer"};

    Program() { add_all(app, session); }
};

template <class Visit>
void each(const CommandNode& node, Visit visit) {
    visit(node);
    for (const CommandNode& one : node.commands) each(one, visit);
}

// As a shell cuts words, as far as the examples need it.
std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words(1);
    char quote = 0;
    for (const char letter : line) {
        if (quote != 0) {
            quote = letter == quote ? char{0} : quote;
            if (quote != 0) words.back() += letter;
        } else if (letter == '\'' || letter == '"') {
            quote = letter;
        } else if (letter == '|' || letter == '>') {
            break;
        } else if (letter != ' ') {
            words.back() += letter;
        } else if (!words.back().empty()) {
            words.emplace_back();
        }
    }
    if (words.back().empty()) words.pop_back();
    return words;
}

}  // namespace

TEST_CASE("the parser takes every example, and does what the example is of") {
    for (const ManualEntry& entry : manual_entries()) {
        for (const Example& example : entry.examples) {
            INFO(example.command);
            Program command;
            std::vector<std::string> words = words_of(example.command);
            REQUIRE(words.size() > 1);
            CHECK(words.front() == "foyer");
            std::vector<std::string> reversed(words.rbegin(), words.rend() - 1);
            CHECK_NOTHROW(command.app.parse(reversed));
            CHECK(command.session.action != nullptr);
        }
    }
}

TEST_CASE("every entry of the manual is of a command that is there") {
    const Program command;
    std::set<std::string, std::less<>> paths;
    each(describe_tree(command.app), [&](const CommandNode& node) { paths.insert(node.path); });
    for (const ManualEntry& entry : manual_entries()) {
        INFO(entry.path);
        CHECK(paths.count(entry.path) == 1);
        CHECK(&manual_entry(entry.path) == &entry);
    }
}

TEST_CASE("every command and every argument is described") {
    const Program command;
    const CommandNode root = describe_tree(command.app);
    each(root, [&](const CommandNode& node) {
        INFO(node.path);
        CHECK_FALSE(node.description.empty());
        CHECK(node.find_option("--help") != nullptr);
        for (const auto* arguments : {&node.options, &node.positionals}) {
            for (const Argument& one : *arguments) {
                INFO(one.names.front());
                CHECK_FALSE(one.description.empty());
            }
        }
    });
}

TEST_CASE("help fits the terminal, except where a word or an example is longer") {
    const Program command;
    const CommandNode root = describe_tree(command.app);
    for (const int width : {72, 80, 110}) {
        each(root, [&](const CommandNode& node) {
            const std::string text = help_text(node, root, width);
            const std::string before = text.substr(0, text.find("\nExamples:"));
            for (std::size_t at = 0; at < before.size();) {
                const std::size_t end = std::min(before.find('\n', at), before.size());
                const std::string line = before.substr(at, end - at);
                INFO(line);
                CHECK(display_width(line) <= width);
                at = end + 1;
            }
        });
    }
}

TEST_CASE("running text is broken between words") {
    CHECK(wrapped("one two three", 7, 0) == "one two\nthree");
    CHECK(wrapped("one two three", 9, 2) == "one two\n  three");
    CHECK(wrapped("extraordinarily", 5, 0) == "extraordinarily");
    CHECK(wrapped("", 5, 0).empty());
}

TEST_CASE("no text of ours is a command to roff") {
    CHECK(roff_text(".SH x") == "\\&.SH x");
    CHECK(roff_text("'a\\b-c") == "\\&\\(aqa\\eb\\-c");
    CHECK(roff_text("…é\n\"~^`") == "\\[u2026]\\[u00E9] \\(dq\\(ti\\(ha\\(ga");
    CHECK(roff_text("\xff") == "\\[uFFFD]");
}
