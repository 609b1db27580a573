#include "tests/sim/command_line.h"

#include <sstream>

#include "tests/support/catch.h"

using foyer::sim::command_line;

namespace {

struct Said {
    int status = 0;
    std::string out;
    std::string err;
};

Said say(const std::vector<std::string>& words) {
    std::ostringstream out;
    std::ostringstream err;
    const int status = command_line(words, out, err);
    return {status, out.str(), err.str()};
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("who asks for help is told every command, and who says nothing too") {
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"--help"}, {"help"}, {"run", "--help"}}) {
        const Said said = say(words);
        CHECK(said.status == 0);
        for (const char* command : {"run", "replay", "place", "bugs"})
            CHECK(has(said.out, command));
    }
    const Said silent = say({});
    CHECK(silent.status == 2);
    CHECK(has(silent.err, "For example"));
}

TEST_CASE("a word that is not known is named, with what to type next") {
    const Said command = say({"simulate"});
    CHECK(command.status == 2);
    CHECK(has(command.err, "'simulate'"));
    CHECK(has(command.err, "foyer-sim --help"));
    const Said scenario = say({"run", "--scenario", "smal"});
    CHECK(scenario.status == 2);
    CHECK(has(scenario.err, "'smal'"));
    CHECK(has(scenario.err, "small"));
    const Said option = say({"run", "--sede", "1"});
    CHECK(option.status == 2);
    CHECK(has(option.err, "'--sede'"));
    const Said bug = say({"run", "--bug", "none"});
    CHECK(bug.status == 2);
    CHECK(has(bug.err, "foyer-sim bugs"));
    CHECK(say({"run", "--seeds", "many"}).status == 2);
    CHECK(say({"run", "--seeds"}).status == 2);
    CHECK(say({"place"}).status == 2);
}

TEST_CASE("one seed is run from the command line") {
    const Said said = say({"run", "--seeds", "1", "--first-seed", "7", "--hours", "1"});
    CHECK(said.status == 0);
    CHECK(has(said.out, "1 seeds from 7"));
}
