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
