#include "node-agent/check/judge.h"

#include <nlohmann/json.hpp>
#include <set>

#include "node-agent/check/check_text.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

constexpr HostShare kept{.memory = mebibytes(512), .disk = gibibytes(2)};

MachineFacts good() {
    MachineFacts facts;
    facts.processors = 4;
    facts.memory = gibibytes(8);
    facts.disk = DiskFacts{
        .total = gibibytes(500), .free = gibibytes(300), .file_system = "ext4", .rotates = false};
    facts.speed = DiskSpeed{std::chrono::microseconds(900), 400'000'000};
    facts.kernel = "6.1.0-18-amd64";
    facts.groups = CgroupMode::V2;
    facts.user_namespaces = facts.seccomp = facts.wireguard = facts.nftables = true;
    facts.ciphers.fscrypt = true;
    facts.clock_synchronized = facts.ipv6 = true;
    facts.power = {{"AC", "Mains"}, {"ups", "UPS"}};
    facts.health.disks = {{.name = "nvme0n1", .kind = care::DiskKind::Nvme, .celsius = 38}};
    facts.health.temperatures = {{"coretemp Package id 0", 47, 80, 100}};
    return facts;
}

Finding of(const MachineFacts& facts, const std::string& subject) {
    for (const Finding& one : judge(facts, kept))
        if (one.subject == subject) return one;
    FAIL("no finding of " << subject);
    return {};
}

template <class Change>
Verdict verdict(const std::string& subject, Change change) {
    MachineFacts facts = good();
    change(facts);
    return of(facts, subject).verdict;
}

}  // namespace

TEST_CASE("a good machine is good in all that can be known") {
    for (const Finding& one : judge(good(), kept)) {
        INFO(one.subject);
        CHECK(one.verdict == (one.subject == "line" ? Verdict::Unknown : Verdict::Good));
    }
    CHECK(can_be_a_box(judge(good(), kept)));
}

TEST_CASE("of a machine of which nothing is known, nothing is claimed") {
    std::set<std::string> subjects;
    for (const Finding& one : judge({}, kept)) {
        INFO(one.subject);
        CHECK(subjects.insert(one.subject).second);
        if (one.subject == "programs") continue;  // none was found missing
        CHECK(one.verdict == Verdict::Unknown);
        CHECK(one.value == "unknown");
    }
    CHECK(can_be_a_box(judge({}, kept)));
}

TEST_CASE("what stays the host's is no room for tenants") {
    CHECK(verdict("memory", [](auto& facts) { facts.memory = mebibytes(1023); }) == Verdict::Bad);
    CHECK(verdict("memory", [](auto& facts) { facts.memory = mebibytes(1024); }) == Verdict::Poor);
    CHECK(verdict("memory", [](auto& facts) { facts.memory = mebibytes(2048); }) == Verdict::Good);
    CHECK(verdict("memory", [](auto& facts) { facts.memory = mebibytes(100); }) == Verdict::Bad);
    CHECK(verdict("disk", [](auto& facts) { facts.disk->free = gibibytes(5); }) == Verdict::Bad);
    CHECK(verdict("disk", [](auto& facts) { facts.disk->free = gibibytes(6); }) == Verdict::Poor);
    CHECK(verdict("disk", [](auto& facts) { facts.disk->free = gibibytes(22); }) == Verdict::Good);
}

TEST_CASE("what makes a box impossible is bad, what costs something is poor") {
    CHECK(verdict("disk", [](auto& facts) { facts.disk->in_memory = true; }) == Verdict::Bad);
    CHECK(verdict("user namespaces", [](auto& facts) { facts.user_namespaces = false; }) ==
          Verdict::Bad);
    CHECK(verdict("seccomp", [](auto& facts) { facts.seccomp = false; }) == Verdict::Bad);
    CHECK(verdict("nftables", [](auto& facts) { facts.nftables = false; }) == Verdict::Bad);
    CHECK(verdict("programs", [](auto& facts) { facts.programs_missing = {"crun"}; }) ==
          Verdict::Bad);
    CHECK(verdict("control groups", [](auto& facts) {
              facts.groups.reset();
              facts.groups_problem = "not mounted";
          }) == Verdict::Bad);
    CHECK(verdict("control groups", [](auto& facts) { facts.groups = CgroupMode::Hybrid; }) ==
          Verdict::Poor);
    CHECK(verdict("processors", [](auto& facts) { facts.processors = 1; }) == Verdict::Poor);
    CHECK(verdict("clock", [](auto& facts) { facts.clock_synchronized = false; }) == Verdict::Poor);
    CHECK(verdict("power", [](auto& facts) { facts.power = {{"AC", "Mains"}}; }) ==
          Verdict::Unknown);
    CHECK(verdict("ipv6", [](auto& facts) { facts.ipv6 = false; }) == Verdict::Good);
}

TEST_CASE("a disk that turns is named as the reason") {
    MachineFacts facts = good();
    facts.speed->safe_write = std::chrono::microseconds(12'000);
    CHECK(of(facts, "disk speed").verdict == Verdict::Poor);
    CHECK(of(facts, "disk speed").reason.find("turns") == std::string::npos);
    facts.disk->rotates = true;
    CHECK(of(facts, "disk speed").reason.find("this disk turns") != std::string::npos);
}

TEST_CASE("volumes are encrypted by fscrypt, luks or gocryptfs, or its copies are refused") {
    const auto with = [](std::optional<bool> fscrypt, bool dm_crypt, bool cryptsetup) {
        return verdict("volumes", [=](auto& facts) {
            facts.ciphers.fscrypt = fscrypt;
            facts.ciphers.dm_crypt = dm_crypt;
            facts.ciphers.cryptsetup = cryptsetup;
        });
    };
    CHECK(with(true, false, false) == Verdict::Good);
    CHECK(with(false, true, true) == Verdict::Poor);
    CHECK(with(false, true, false) == Verdict::Bad);
    CHECK(with(false, false, true) == Verdict::Bad);
    CHECK(with(std::nullopt, false, false) == Verdict::Unknown);
    const auto by_program = [](bool dm_crypt, bool program, bool fuse) {
        MachineFacts facts = good();
        facts.ciphers = {.fscrypt = false, .dm_crypt = dm_crypt, .fuse = fuse};
        facts.ciphers.gocryptfs = program;
        return of(facts, "volumes");
    };
    CHECK(by_program(false, true, true).verdict == Verdict::Poor);
    CHECK(by_program(false, true, true).value == "gocryptfs");
    CHECK(by_program(false, true, false).verdict == Verdict::Bad);
    CHECK(by_program(false, false, true).reason.find("apt install gocryptfs fuse3") !=
          std::string::npos);
    CHECK(by_program(true, true, true).reason.find("\"luks\"") != std::string::npos);
}

TEST_CASE("all ways to encrypt volumes are named, the one that is taken first") {
    MachineFacts facts = good();
    facts.ciphers = {.fscrypt = true, .dm_crypt = true, .fuse = true, .cryptsetup = true};
    CHECK(of(facts, "volumes").value == "fscrypt, or luks");
    facts.ciphers.gocryptfs = true;
    CHECK(of(facts, "volumes").value == "fscrypt, or luks, or gocryptfs");
    facts.ciphers.fscrypt = false;
    CHECK(of(facts, "volumes").value == "luks, or gocryptfs");
}

TEST_CASE("wireguard is the kernel's, or a program's, or not there") {
    const auto without = [](auto& facts) { facts.wireguard = false; };
    CHECK(verdict("wireguard", without) == Verdict::Bad);
    CHECK(verdict("wireguard", [&](auto& facts) {
              without(facts);
              facts.wireguard_go = true;
          }) == Verdict::Poor);
    CHECK(verdict("wireguard", [](auto& facts) { facts.wireguard.reset(); }) == Verdict::Unknown);
}

TEST_CASE("people read a line a finding and the sum, programs the same as JSON") {
    MachineFacts facts = good();
    facts.nftables = false;
    const auto findings = judge(facts, kept);
    const std::string page = check_page(findings);
    CHECK(page.find("disk             300.0 GiB free of 500.0 GiB, ext4  good") !=
          std::string::npos);
    CHECK(page.find("\nThis machine cannot be a box yet") != std::string::npos);
    const auto body = nlohmann::json::parse(check_json(findings));
    CHECK(body.at("can_be_a_box") == false);
    CHECK(body.at("findings").size() == findings.size());
    CHECK(check_page(judge(good(), kept)).ends_with("\nThis machine can be a box.\n"));
}

TEST_CASE("of a line, what was measured is judged, and what to offer is said") {
    MachineFacts facts = good();
    facts.line = LineFacts{.download = KbitPerSecond(93'000),
                           .upload = KbitPerSecond(22'345),
                           .idle = Duration(9),
                           .full = Duration(40),
                           .nat = NatKind::Friendly,
                           .seen_as = "198.18.1.2"};
    CHECK(of(facts, "upload").value == "22.3 Mbit/s");
    CHECK(of(facts, "upload").reason == "offer it with: foyer-node enrol --uplink-kbit 20100");
    CHECK(of(facts, "line delay").value == "9 ms, 40 ms when full");
    CHECK(of(facts, "nat").value == "friendly, seen as 198.18.1.2");
    for (const char* subject : {"download", "upload", "line delay", "nat"})
        CHECK(of(facts, subject).verdict == Verdict::Good);
    const auto verdict_of = [&](const char* subject, auto change) {
        MachineFacts changed = facts;
        change(*changed.line);
        return of(changed, subject).verdict;
    };
    CHECK(verdict_of("upload", [](LineFacts& line) { line.upload = KbitPerSecond(9'999); }) ==
          Verdict::Poor);
    CHECK(verdict_of("upload", [](LineFacts& line) { line.upload = KbitPerSecond(1'999); }) ==
          Verdict::Bad);
    CHECK(verdict_of("download", [](LineFacts& line) { line.download = KbitPerSecond(3'999); }) ==
          Verdict::Bad);
    CHECK(verdict_of("line delay", [](LineFacts& line) { line.full = Duration(110); }) ==
          Verdict::Poor);
    CHECK(verdict_of("line delay", [](LineFacts& line) { line.full.reset(); }) == Verdict::Unknown);
    CHECK(verdict_of("nat", [](LineFacts& line) { line.nat = NatKind::Strict; }) == Verdict::Poor);
    CHECK(verdict_of("nat", [](LineFacts& line) { line.nat.reset(); }) == Verdict::Unknown);
    facts.line.reset();
    facts.line_problem = "198.18.2.2 port 7447 does not answer";
    CHECK(of(facts, "line").reason == facts.line_problem);
    CHECK(of(facts, "line").verdict == Verdict::Unknown);
}
