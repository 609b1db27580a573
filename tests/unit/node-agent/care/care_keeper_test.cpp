#include "node-agent/care/care_keeper.h"

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>

#include "node-agent/care/care_json.h"
#include "node-agent/care/history_json.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/node-agent/care/recorded.h"

using namespace foyer;
using namespace foyer::agent::care;
using test::eventually;
using test::recorded_disk;

namespace {

long lines_with(const CapturingSink& sink, const std::string& word) {
    const auto lines = sink.lines();
    return std::ranges::count_if(
        lines, [&](const auto& line) { return line.find(word) != std::string::npos; });
}

// A box whose disk, clock and power are as the test says.
struct World {
    test::FakeClock clock;
    CapturingSink lines;
    Log log{lines, clock};
    test::TempFolder folder;
    std::mutex mutex;
    BoxFacts facts;
    DisksAsked disks;
    std::optional<Duration> offset;
    std::vector<BoxCare> told;
    std::atomic<int> looks = 0;
    std::atomic<int> asked = 0;

    CarePorts ports() {
        return {[this] {
                    const std::scoped_lock lock(mutex);
                    return facts;
                },
                [this](const auto&, std::stop_token) {
                    ++asked;
                    const std::scoped_lock lock(mutex);
                    return disks;
                },
                // Last of what a look asks.
                [this] {
                    ++looks;
                    return offset;
                },
                [this](const BoxCare& care) {
                    const std::scoped_lock lock(mutex);
                    told.push_back(care);
                },
                clock, log};
    }
    std::vector<BoxCare> heard() {
        const std::scoped_lock lock(mutex);
        return told;
    }
    CareRules rules() const {
        CareRules rules;
        rules.look_period = Duration(1);
        rules.history_file = folder.path() + "/care.json";
        rules.log_folders = {folder.path()};
        return rules;
    }
    // What is there now has been looked at.
    bool looked() {
        const int before = looks;
        return eventually([&] { return looks >= before + 3; });
    }
};

}  // namespace

TEST_CASE("what the master hears of is said once: at the start, and when it changes") {
    World world;
    const CareKeeper keeper(world.ports(), world.rules());
    REQUIRE(world.looked());
    CHECK(world.heard() == std::vector{BoxCare{}});
}

TEST_CASE("a box whose disk fails says so to the master, with the reason") {
    World world;
    world.disks.disks = {recorded_disk("sdb", "hdd_failed")};
    const CareKeeper keeper(world.ports(), world.rules());
    REQUIRE(world.looked());
    REQUIRE(world.heard().size() == 1);
    CHECK(world.heard().front().health == BoxHealth::Failing);
    CHECK(world.heard().front().reason.starts_with("sdb: "));
}

TEST_CASE("a disk that fails is shown, and said once") {
    World world;
    world.disks.disks = {recorded_disk("sdb", "hdd_failed")};
    const CareKeeper keeper(world.ports(), world.rules());
    REQUIRE(eventually([&] { return keeper.state().looked_at.unix_ms != 0; }));
    REQUIRE(world.looked());
    const CareState state = keeper.state();
    CHECK(state.notice.trust_per_mille == 0);
    CHECK(state.notice.severity == Severity::Failing);
    CHECK(lines_with(world.lines, "\"box_health\"") == static_cast<long>(state.findings.size()));
    CHECK(lines_with(world.lines, "disk_failing") == 1);
    CHECK(world.asked == 1);
    const std::string page = care_lines(care_json(state));
    CHECK(page.find("health   failing; it trusts itself 0 of 1000\n") == 0);
    CHECK(page.find("disks    sdb EXAMPLE HDD 4TB, 41 C, 42011 h\n") != std::string::npos);
    CHECK(page.find("health   failing: sdb: it says of itself") != std::string::npos);
    CHECK(care_json(state).dump().find("EX0002") == std::string::npos);
}

TEST_CASE("disks are asked twice an hour, whatever else is looked at") {
    World world;
    const CareKeeper keeper(world.ports(), world.rules());
    REQUIRE(world.looked());
    CHECK(world.asked == 1);
    world.clock.advance(Duration(29 * 60'000));
    REQUIRE(world.looked());
    CHECK(world.asked == 1);
    world.clock.advance(Duration(60'000));
    REQUIRE(world.looked());
    CHECK(world.asked == 2);
}

TEST_CASE("what is mended is said too, after its time") {
    World world;
    world.facts.under_voltage = true;
    const CareKeeper keeper(world.ports(), world.rules());
    REQUIRE(eventually([&] { return lines_with(world.lines, "under_voltage") == 1; }));
    {
        const std::scoped_lock lock(world.mutex);
        world.facts.under_voltage = false;
    }
    REQUIRE(world.looked());
    CHECK(lines_with(world.lines, "box_health_mended") == 0);
    world.clock.advance(Duration(25LL * 3600 * 1000));
    CHECK(eventually([&] { return lines_with(world.lines, "box_health_mended") == 1; }));
    CHECK(eventually([&] { return keeper.state().notice.trust_per_mille == 1000; }));
}

TEST_CASE("a restart forgets neither that a disk grew worse nor since when") {
    World world;
    DiskHealth disk = recorded_disk("sdb", "hdd_pending");
    world.disks.disks = {disk};
    {
        const CareKeeper keeper(world.ports(), world.rules());
        REQUIRE(eventually([&] { return os::exists(world.rules().history_file); }));
    }
    disk.pending = 9;
    world.disks.disks = {disk};
    const CareKeeper keeper(world.ports(), world.rules());
    CHECK(eventually([&] { return keeper.state().notice.trust_per_mille == 0; }));
}

TEST_CASE("a memory that is damaged is begun anew") {
    World world;
    REQUIRE(os::write_atomically(world.rules().history_file, "{\"version\":1").ok());
    world.disks.disks = {recorded_disk("sdb", "hdd_pending")};
    const CareKeeper keeper(world.ports(), world.rules());
    REQUIRE(eventually([&] { return keeper.state().looked_at.unix_ms != 0; }));
    CHECK(lines_with(world.lines, "care_forgotten") == 1);
    REQUIRE(eventually(
        [&] { return history_from(os::read_file(world.rules().history_file).value_or("")).ok(); }));
}

TEST_CASE("logs are bounded beside it") {
    World world;
    const std::string file = world.folder.path() + "/edge.log";
    REQUIRE(os::write_atomically(file, std::string(2'000'000, 'x')).ok());
    const CareKeeper keeper(world.ports(), world.rules());
    CHECK(eventually([&] { return os::read_file(file, 4'000'000).value_or("x").empty(); }));
    CHECK(eventually([&] { return lines_with(world.lines, "log_cut") == 1; }));
}

TEST_CASE("what is unknown is called so; before the first look nothing is said") {
    CHECK(care_lines(care_json(CareState{})).empty());
    CareState state;
    state.looked_at = WallTime{1'772'368'200'000};
    state.facts.disks_problem = "apt install smartmontools";
    CHECK(care_lines(care_json(state)) ==
          "health   good\ndisks    unknown; unknown: apt install smartmontools\n");
    for (const char* text : {"7", "[]", "{}", R"({"looked_at":"x","findings":7})",
                             R"({"looked_at":"x","findings":[7],"trust_per_mille":-1})"})
        static_cast<void>(care_lines(nlohmann::json::parse(text)));
    CHECK(temperature_text({}).empty());
    CHECK(temperature_text({{"a", 40, {}, {}}, {"b", 50, {}, {}}}) == "50 C (b)");
}
