#include "node-agent/check/judge_health.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

care::DiskHealth disk(const char* name) {
    care::DiskHealth made;
    made.name = name;
    made.kind = care::DiskKind::Ata;
    made.passed = true;
    made.celsius = 31;
    return made;
}

}  // namespace

TEST_CASE("what is not known of disks, heat and power is called unknown") {
    const MachineFacts nothing;
    for (const auto& finding : {disk_health(nothing), temperature(nothing), power(nothing)}) {
        CAPTURE(finding.subject);
        CHECK(finding.value == "unknown");
        CHECK(finding.verdict == Verdict::Unknown);
        CHECK_FALSE(finding.reason.empty());
    }
    MachineFacts without;
    without.health.disks_problem = "apt install smartmontools: it asks disks how they are";
    CHECK(disk_health(without).reason == without.health.disks_problem);
}

TEST_CASE("a good disk is good, one that is worse is poor, one that fails is no box's") {
    MachineFacts facts;
    facts.health.disks = {disk("sda")};
    CHECK(disk_health(facts).verdict == Verdict::Good);
    CHECK(disk_health(facts).value == "sda, 31 C");
    facts.health.disks.push_back(disk("sdb"));
    facts.health.disks[1].pending = 8;
    CHECK(disk_health(facts).verdict == Verdict::Poor);
    CHECK(disk_health(facts).reason.find("sdb: 8 sectors") == 0);
    facts.health.disks[0].passed = false;
    CHECK(disk_health(facts).verdict == Verdict::Bad);
    CHECK_FALSE(can_be_a_box({disk_health(facts)}));
}

TEST_CASE("a disk that could not be asked is named beside those that could") {
    MachineFacts facts;
    facts.health.disks = {disk("sda")};
    facts.health.disks_problem = "sdb: Unknown USB bridge";
    CHECK(disk_health(facts).verdict == Verdict::Good);
    CHECK(disk_health(facts).reason == "unknown: sdb: Unknown USB bridge");
}

TEST_CASE("a hot machine and one with weak power are poor") {
    MachineFacts facts;
    facts.health.temperatures = {{"coretemp Core 0", 50, 80, 100}};
    CHECK(temperature(facts).verdict == Verdict::Good);
    CHECK(temperature(facts).value == "50 C (coretemp Core 0)");
    facts.health.temperatures[0].celsius = 101;
    CHECK(temperature(facts).verdict == Verdict::Poor);
    facts.power = {{"ups0", "UPS"}};
    CHECK(power(facts).verdict == Verdict::Good);
    facts.health.supplies = {{"ups0", "UPS", {}, "Discharging", 80}};
    CHECK(power(facts).verdict == Verdict::Poor);
    MachineFacts board;
    board.health.under_voltage = true;
    CHECK(power(board).verdict == Verdict::Poor);
    CHECK(power(board).reason.find("too little voltage") != std::string::npos);
}
