#include "node-agent/host/give_refusals.h"
#include "node-agent/status_text.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

TEST_CASE("the page shows the link, the faults and the partitions") {
    Agent::Overview overview;
    overview.revision = Revision(7);
    overview.box.overlay_problem = "no tun device";
    PartitionObservation seen;
    seen.partition = PartitionId("acme-0");
    seen.phase = PartitionPhase::Failed;
    seen.reason = "init: failed\nsecond line";
    overview.partitions = {seen};
    const std::string json =
        status_json(NodeId("lille-1"), "1", overview, {false, "m:1", WallTime{}, "master is away"});
    const std::string page = status_page(json).value();
    for (const char* part : {"lille-1", "not connected: master is away", "no tun device", "acme-0",
                             "failed", "init: failed"}) {
        CAPTURE(part);
        CHECK(page.find(part) != std::string::npos);
    }
    CHECK(page.find("second line") == std::string::npos);
    CHECK_FALSE(status_page("[]").ok());
}

TEST_CASE("an edge shows the zone it answers for, and whom it leaves out") {
    Agent::Overview overview;
    const auto page = [&] {
        return status_page(status_json(NodeId("lille-1"), "1", overview, LinkState{})).value();
    };
    CHECK(page().find("zone ") == std::string::npos);
    overview.zone = {.zone = "cloud.example.org",
                     .serial = 7,
                     .edges = {{NodeId("lille-1"), "198.18.1.11", true},
                               {NodeId("paris-1"), "198.18.2.11", false}},
                     .problem = "knot is down",
                     .notice = "edge 'aix-1' is left out"};
    for (const char* line :
         {"zone     cloud.example.org, serial 7: lille-1 198.18.1.11, paris-1 198.18.2.11 (silent)",
          "zone     edge 'aix-1' is left out", "zone     knot is down"}) {
        CAPTURE(line);
        CHECK(page().find(line) != std::string::npos);
    }
}

TEST_CASE("a wrong clock, and trouble on a line that is fine, are shown") {
    LinkState link{true, "m:1", WallTime{}, "this box cannot take orders: disk full", {}};
    const auto page = [&] {
        return status_page(status_json(NodeId("lille-1"), "1", Agent::Overview{}, link)).value();
    };
    CHECK(page().find("connected to m:1") != std::string::npos);
    CHECK(page().find("trouble  this box cannot take orders: disk full") != std::string::npos);
    CHECK(page().find("clock") == std::string::npos);
    link.clock_offset = Duration(40);
    CHECK(page().find("clock") == std::string::npos);
    link.clock_offset = Duration(-86'400'000);
    CHECK(page().find("24 h behind the master's") != std::string::npos);
}

TEST_CASE("what is no status document is refused, whatever it is") {
    for (const char* text : {R"({"master":7,"partitions":[]})", R"({"master":{},"partitions":7})",
                             R"({"master":[],"partitions":[]})"})
        CHECK_FALSE(status_page(text).ok());
    CHECK(status_page(R"({"master":{"connected":"yes"},"partitions":[7],"clock":3})").ok());
}

TEST_CASE("what the host wants is shown, with its way back") {
    Agent::Overview overview;
    const auto page = [&] {
        return status_page(status_json(NodeId("lille-1"), "1", overview, LinkState{})).value();
    };
    CHECK(page().find("host ") == std::string::npos);
    overview.host = {HostWish::Paused, WallTime{1'780'000'000'000}};
    CHECK(page().find("host     paused until 2026-05-28T20:26:40.000Z; it serves again with: "
                      "foyer-node resume\n") != std::string::npos);
    overview.host = {HostWish::Leaving, std::nullopt};
    CHECK(page().find("host     leaving; it stays with: foyer-node resume\n") != std::string::npos);
    LinkState gone;
    gone.left = true;
    CHECK(status_page(status_json(NodeId("lille-1"), "1", overview, gone)).value() ==
          "node     lille-1\nmaster   none: this box has left the cloud; its receipt: foyer-node "
          "receipt\n");
}

TEST_CASE("how well the box is stands in the status, once it was looked at") {
    care::CareState care;
    const auto page = [&] {
        return status_page(
                   status_json(NodeId("lille-1"), "1", Agent::Overview{}, LinkState{}, care))
            .value();
    };
    CHECK(page().find("health") == std::string::npos);
    care.looked_at = WallTime{1'772'368'200'000};
    CHECK(page().find("health   good\ndisks    unknown\n") != std::string::npos);
    care.findings = {{care::Kind::Heat, care::Severity::Worse, "cpu", "101 C", "cool it"}};
    care.notice = care::notice_of(care.findings);
    CHECK(page().find("health   worse; it trusts itself 800 of 1000\n") != std::string::npos);
    CHECK(page().find("health   worse: cpu: 101 C; cool it\n") != std::string::npos);
}

TEST_CASE("what the host refuses is shown, and what of it is here") {
    Agent::Overview overview;
    const auto json = [&] { return status_json(NodeId("lille-1"), "1", overview, LinkState{}); };
    CHECK(status_page(json()).value().find("refuses") == std::string::npos);
    overview.refuses.what = {{CountryCode("RU")}, {ReleaseKind::Mail}};
    overview.refused[PartitionId("acme-0")] = "takes no tenants of RU";
    CHECK(status_page(json()).value().find(
              "refuses  tenants of RU; kinds mail; foyer-node refuse\n") != std::string::npos);
    CHECK(refusals_page(json()).value().find("acme-0, stopped: this host takes no tenants of RU") !=
          std::string::npos);
}

TEST_CASE("an edge shows what its mail relay does, where there is one") {
    Agent::Overview overview;
    const auto page = [&] {
        return status_page(status_json(NodeId("paris-1"), "1", overview, LinkState{})).value();
    };
    CHECK(page().find("mail") == std::string::npos);
    overview.mail.relay = "fd50:f0e:1::19";
    overview.mail.waiting = 3;
    overview.mail.book.counts = {{InstanceName("acme"), {12, 1}}, {InstanceName("shop"), {3, 0}}};
    overview.mail.per_day_max = {{InstanceName("acme"), 200}, {InstanceName("shop"), 200}};
    overview.mail.book.strangers = 4;
    overview.mail.problem = "exim did not start";
    CHECK(page().find(
              "mail     fd50:f0e:1::19, 3 wait; today acme 12 of 200 (1 refused), shop 3 of "
              "200; 4 refused from strangers\nmail     exim did not start\n") != std::string::npos);
}

TEST_CASE("how upgrades stand is shown where it is worth a line, and on a page of its own") {
    const auto shown = [](const UpgradeReport& upgrade) {
        return status_json(NodeId("lille-1"), "1.0", Agent::Overview{}, LinkState{}, {}, {},
                           upgrade);
    };
    UpgradeReport upgrade;
    CHECK(status_page(shown(upgrade)).value().find("upgrade") == std::string::npos);
    CHECK(upgrades_page(shown(upgrade)).value().find("no publisher's key is pinned") !=
          std::string::npos);
    upgrade = {UpgradeStance::Takes, "amd64", 7, UpgradePhase::WentBack, "it did not sync"};
    CHECK(status_page(shown(upgrade)).value().find("upgrade  went_back: it did not sync") !=
          std::string::npos);
    CHECK(upgrades_page(shown(upgrade)).value().find("foyer-node upgrades --off") !=
          std::string::npos);
    upgrade.stance = UpgradeStance::Off;
    upgrade.phase = UpgradePhase::None;
    CHECK(status_page(shown(upgrade)).value().find("upgrade  off: foyer-node upgrades --on") !=
          std::string::npos);
    CHECK(upgrades_page("{}").failure().message.find("older than this command") !=
          std::string::npos);
}
