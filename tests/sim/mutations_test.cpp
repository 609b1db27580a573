// A simulator that finds nothing proves nothing: every planted bug must be caught.
#include <fstream>
#include <set>
#include <sstream>

#include "tests/sim/runs.h"
#include "tests/support/catch.h"
#include "tests/support/test_seed.h"

using namespace foyer;
using namespace foyer::sim;

namespace {

constexpr int attempts_max = 1'000;

// Seeds of both small scenarios until one breaks; how many it took.
int attempts_until_caught(Bug bug) {
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
        RunRequest request;
        request.scenario = attempt % 2 == 0 ? "crowded" : "small";
        request.first_seed =
            test::test_seed() % 1'000'000'000 + static_cast<std::uint64_t>(attempt);
        request.bug = bug;
        if (!run_seeds(request, nullptr).broken.empty()) return attempt + 1;
    }
    return 0;
}

}  // namespace

TEST_CASE("every planted bug is caught") {
    for (const NamedBug& planted : named_bugs) {
        const int attempts = attempts_until_caught(planted.bug);
        INFO("planted: " << planted.name);
        CHECK(attempts > 0);
    }
}

TEST_CASE("the list of mutations names exactly the planted bugs") {
    std::ifstream list(FOYER_MUTATIONS);
    std::set<std::string> listed;
    std::string line;
    while (std::getline(list, line)) {
        if (line.empty() || line[0] == '#' || line[0] == ' ') continue;
        listed.insert(line.substr(0, line.find(' ')));
    }
    std::set<std::string> planted;
    for (const NamedBug& bug : named_bugs) planted.insert(std::string(bug.name));
    CHECK(listed == planted);
}
