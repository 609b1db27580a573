#include "node-agent/selftest/plan.h"

#include <nlohmann/json.hpp>

#include "common/os/child_process.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

HomeFacts home() {
    HomeFacts facts;
    facts.gateways = {"192.168.1.1"};
    facts.neighbours = {"192.168.1.20"};
    facts.own = {"192.168.1.5"};
    facts.resolvers = {"192.168.1.1"};
    facts.masters = {"203.0.113.7:7443", "[2001:db8::7]:7443", "master.example.org:7443", "odd"};
    facts.box_address = "fd50:f0e:1:2::1";
    facts.partitions = {"fd50:f0e:1:2::11"};
    facts.data_dir = "/var/lib/foyer/node";
    facts.volumes = {"/var/lib/foyer/node/partitions/b-1/volume"};
    return facts;
}

bool has(const std::vector<Target>& targets, const std::string& line) {
    for (const Target& one : targets)
        if (one.line == line) return true;
    return false;
}

}  // namespace

TEST_CASE("the home, the world, the neighbours and the machine itself are tried") {
    const auto targets = targets_of(home());
    for (const char* line :
         {"tcp 192.168.1.1 80", "udp 192.168.1.1 53", "tcp 192.168.1.20 445", "tcp 192.168.1.5 22",
          "udp 224.0.0.251 5353", "tcp 169.254.169.254 80", "tcp 203.0.113.7 7443",
          "tcp 2001:db8::7 7443", "tcp fd50:f0e:1:2::11 5432", "udp fd50:f0e:1:2::1 7450",
          "socket /var/lib/foyer/node/agent.sock", "file /var/lib/foyer/node/partitions/b-1/volume",
          "call raw_socket", "call mount"}) {
        CAPTURE(line);
        CHECK(has(targets, line));
    }
    for (const Target& one : targets) {
        CHECK(one.what.find('\n') == std::string::npos);
        CHECK(one.line.find("example.org") == std::string::npos);  // who would resolve it?
    }
    CHECK(targets_of({}).size() >= 20);
    HomeFacts crowded = home();
    crowded.neighbours.assign(1000, "192.168.1.20");
    CHECK(targets_of(crowded).size() < 200);
}

TEST_CASE("only what was tried and blocked holds") {
    const std::vector<Target> targets{{"one", "call a"}, {"two", "call b"}, {"three", "call c"}};
    CHECK(plan_text(targets, "w") == "nonce w\ncall a\ncall b\ncall c\n");
    const auto read = [&](const std::string& output) { return read_answers(targets, "w", output); };
    const auto all = read("w 0 blocked no\nw 1 blocked\nw 2 blocked why not\n");
    CHECK(holds(all));
    CHECK(all[2].how == "why not");
    CHECK(selftest_page("acme-0", all) ==
          "one    BLOCKED  no\ntwo    BLOCKED\nthree  BLOCKED  why not\n\n3 of 3 blocked, tried "
          "from inside acme-0.\n");
    const auto broken = read("w 0 blocked no\nw 1 reached it answers\nw 2 blocked x\n");
    CHECK_FALSE(holds(broken));
    CHECK(selftest_page("acme-0", broken).find("two    BREACH  it answers") != std::string::npos);
    CHECK(selftest_page("acme-0", broken).find("foyer-node pause --now") != std::string::npos);
    const auto cut = read("w 0 blocked no\nw 1 blo");  // the probe was killed
    CHECK_FALSE(holds(cut));
    CHECK(cut[1].outcome == Outcome::Unknown);
    CHECK(selftest_page("acme-0", cut).find("1 of 3 blocked") != std::string::npos);
    CHECK_FALSE(holds(read("w 0 blocked\nw 1 unknown it broke\nw 2 blocked\n")));
    CHECK_FALSE(holds({}));
    const auto json = nlohmann::json::parse(selftest_json("acme-0", broken));
    CHECK(json["holds"] == false);
    CHECK(json["attempts"][1]["outcome"] == "BREACH");
}

TEST_CASE("a tenant who writes into the probe's output changes no verdict to the good") {
    const std::vector<Target> targets{{"one", "call a"}, {"two", "call b"}};
    const auto read = [&](const std::string& output) { return read_answers(targets, "w", output); };
    const auto shifted = read("blocked\nv 0 blocked\nw 0 reached it\nw 1 blocked\n");
    CHECK(shifted[0].outcome == Outcome::Reached);
    CHECK(shifted[1].outcome == Outcome::Blocked);
    const auto twice = read("w 0 blocked\nw 0 reached it\nw 1 blocked\nw 9 blocked\nw x blocked\n");
    CHECK(twice[0].outcome == Outcome::Unknown);
    CHECK_FALSE(holds(twice));
    const auto coloured = read("w 0 blocked \x1b[31mno\a\nw 1 blocked\n");
    CHECK(coloured[0].how.find('\x1b') == std::string::npos);
}

// It once mounted over the /tmp of the machine whose administrator tried it.
TEST_CASE("outside a partition the probe tries nothing") {
    const auto end = os::run({.argv = {FOYER_PROBE}, .input = "file /etc/passwd\n"});
    REQUIRE(end.ok());
    CHECK(end.value().exit_code == 2);
    CHECK(end.value().output.empty());
    CHECK(end.value().messages.find("foyer-node selftest") != std::string::npos);
}
