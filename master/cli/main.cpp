// `foyer`: wires the process to the command.
#include <csignal>
#include <exception>
#include <string>
#include <vector>

#include "common/base/random.h"
#include "common/base/time.h"
#include "master/cli/console.h"
#include "master/cli/program.h"

int main(int count, char** words) {
    std::signal(SIGPIPE, SIG_IGN);  // a closed pipe or connection is an error, not an end
    foyer::cli::Console console = foyer::cli::Console::of_process();
    try {
        const foyer::SystemClock clock;
        foyer::SystemRng rng;
        const std::vector<std::string> arguments(words + 1, words + count);
        return foyer::cli::run_program(arguments, console, clock, rng);
    } catch (const std::exception& bug) {
        console.fail(std::string("foyer: a bug: ") + bug.what() + "\n");
        return 1;
    }
}
