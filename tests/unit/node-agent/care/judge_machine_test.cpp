#include <algorithm>

#include "node-agent/care/judge.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent::care;

namespace {

constexpr Duration minute{60'000};
constexpr Duration day = minute * 60 * 24;
constexpr WallTime noon{1'772'368'200'000};

std::optional<Severity> severity(const std::vector<Finding>& all, Kind kind) {
    const auto at = std::ranges::find(all, kind, &Finding::kind);
    return at == all.end() ? std::nullopt : std::optional(at->severity);
}

std::optional<Severity> severity(const BoxFacts& facts, Kind kind) {
    History history;
    return severity(judge_machine(facts, history, noon), kind);
}

Pressure all_waited(int hundredths) {
    Pressure pressure;
    pressure.full = Waits{.last_300s = hundredths};
    return pressure;
}

}  // namespace

TEST_CASE("of a machine that tells nothing, nothing is found") {
    History history;
    CHECK(judge_machine({}, history, noon).empty());
    CHECK(history == History{});
}

TEST_CASE("heat is judged by the sensor's own limits, and by those alone") {
    BoxFacts facts;
    const auto heat = [&](Temperature one) {
        facts.temperatures = {std::move(one)};
        return severity(facts, Kind::Heat);
    };
    CHECK_FALSE(heat({"coretemp Package id 0", 79, 80, 100}));
    CHECK(heat({"coretemp Package id 0", 80, 80, 100}) == Severity::Worse);
    CHECK(heat({"coretemp Package id 0", 100, 80, 100}) == Severity::Failing);
    CHECK_FALSE(heat({"acpitz", 90, {}, {}}));
    // An input of a main board's chip that nobody connected; a limit that is none.
    CHECK_FALSE(heat({"nct6798 AUXTIN0", 120, 80, 100}));
    CHECK_FALSE(heat({"coretemp Core 0", 127, 80, 100}));
    CHECK_FALSE(heat({"k10temp Tctl", 75, 70, {}}));
}

TEST_CASE("a processor that slows itself down, since it was watched") {
    History history;
    BoxFacts facts;
    facts.throttles = 900;
    CHECK_FALSE(severity(judge_machine(facts, history, noon), Kind::Throttled));
    facts.throttles = 901;
    CHECK(severity(judge_machine(facts, history, noon + minute), Kind::Throttled) ==
          Severity::Worse);
    CHECK_FALSE(severity(judge_machine(facts, history, noon + minute * 12), Kind::Throttled));
}

TEST_CASE("on its battery a box is worse, and fails before it is empty") {
    BoxFacts facts;
    facts.supplies = {{"AC", "Mains", false, "", {}}, {"BAT0", "Battery", {}, "Discharging", 61}};
    CHECK(severity(facts, Kind::OnBattery) == Severity::Worse);
    facts.supplies[1].percent = 25;
    CHECK(severity(facts, Kind::OnBattery) == Severity::Failing);
    facts.supplies[1].percent.reset();
    CHECK(severity(facts, Kind::OnBattery) == Severity::Worse);
    // A weak adapter: fed, although what it stores shrinks.
    facts.supplies[0].online = true;
    CHECK_FALSE(severity(facts, Kind::OnBattery));
    facts.supplies = {{"BAT0", "Battery", {}, "Full", 100}};
    CHECK_FALSE(severity(facts, Kind::OnBattery));
    facts.under_voltage = true;
    CHECK(severity(facts, Kind::UnderVoltage) == Severity::Worse);
}

TEST_CASE("waits are judged by the share of time in which nothing was done") {
    BoxFacts facts;
    facts.memory_pressure = all_waited(9'99);
    CHECK_FALSE(severity(facts, Kind::MemoryPressure));
    facts.memory_pressure = all_waited(10'00);
    CHECK(severity(facts, Kind::MemoryPressure) == Severity::Worse);
    facts.memory_pressure = all_waited(60'00);
    CHECK(severity(facts, Kind::MemoryPressure) == Severity::Failing);
    facts.memory_pressure.reset();
    facts.memory = Memory{gibibytes(8), mebibytes(300)};
    CHECK(severity(facts, Kind::MemoryPressure) == Severity::Note);
    facts.memory = Memory{gibibytes(8), mebibytes(500)};
    CHECK_FALSE(severity(facts, Kind::MemoryPressure));
    facts.disk_pressure = all_waited(40'00);
    CHECK(severity(facts, Kind::DiskPressure) == Severity::Worse);
    facts.cpu_pressure = Pressure{};
    facts.cpu_pressure->some = Waits{.last_300s = 60'00};
    CHECK(severity(facts, Kind::CpuPressure) == Severity::Note);
}

TEST_CASE("memory that errs: mended is noted, many are worse, one that was not mended is enough") {
    History history;
    BoxFacts facts;
    facts.memory_errors = MemoryErrors{2, 0};
    CHECK(severity(judge_machine(facts, history, noon), Kind::MemoryChips) == Severity::Note);
    facts.memory_errors->corrected = 150;
    CHECK(severity(judge_machine(facts, history, noon + minute), Kind::MemoryChips) ==
          Severity::Worse);
    facts.memory_errors->uncorrected = 1;
    CHECK(severity(judge_machine(facts, history, noon + minute * 2), Kind::MemoryChips) ==
          Severity::Failing);
    // A restart makes no memory whole.
    facts.memory_errors = MemoryErrors{};
    CHECK(severity(judge_machine(facts, history, noon + day), Kind::MemoryChips) ==
          Severity::Failing);
    CHECK_FALSE(severity(judge_machine(facts, history, noon + day * 62), Kind::MemoryChips));
}

TEST_CASE("a file system with errors is worse, with new ones it fails; an array lacks a disk") {
    History history;
    BoxFacts facts;
    facts.file_systems = {{"sda1", 2}, {"sda2", 0}};
    facts.arrays = {{"md0", 1}, {"md1", 0}};
    const auto first = judge_machine(facts, history, noon);
    CHECK(first.size() == 2);
    CHECK(severity(first, Kind::FileSystem) == Severity::Worse);
    CHECK(severity(first, Kind::Array) == Severity::Worse);
    facts.file_systems[0].count = 3;
    CHECK(severity(judge_machine(facts, history, noon + day), Kind::FileSystem) ==
          Severity::Failing);
    // Checked and mended: the count begins at 0.
    facts.file_systems[0].count = 0;
    CHECK_FALSE(severity(judge_machine(facts, history, noon + day * 2), Kind::FileSystem));
}

TEST_CASE("the clock, by the master's; the line, by what a full queue adds") {
    BoxFacts facts;
    facts.clock_offset = Duration(59'000);
    CHECK_FALSE(severity(facts, Kind::Clock));
    facts.clock_offset = Duration(-86'400'000);
    CHECK(severity(facts, Kind::Clock) == Severity::Worse);
    const auto line = [&](int idle, int full) {
        facts.line = LineDelay{Duration(idle), Duration(full)};
        return severity(facts, Kind::LineDelay);
    };
    CHECK_FALSE(line(12, 112));
    CHECK(line(12, 113) == Severity::Note);
    CHECK(line(12, 413) == Severity::Worse);
    CHECK_FALSE(line(300, 20));
    CHECK(added_delay({Duration(300), Duration(20)}) == Duration(0));
}

TEST_CASE("a box that fails says so before it does, and trusts itself again only later") {
    BoxFacts facts;
    facts.supplies = {{"ups", "UPS", {}, "Discharging", 90}};
    History history;
    std::vector<Finding> said;
    const auto look = [&](WallTime now) {
        Judged judged = judge(facts, std::move(history), now);
        history = std::move(judged.history);
        return trust_of(judged.findings);
    };
    CHECK(look(noon) == 1000);
    CHECK(look(noon + minute) == 800);
    facts.supplies[0].percent = 20;
    look(noon + minute * 2);
    CHECK(look(noon + minute * 3) == 0);
    facts.supplies[0].status = "Charging";
    for (int i = 4; i <= 33; ++i) CHECK(look(noon + minute * i) == 0);
    CHECK(look(noon + minute * 34) == 1000);
}
