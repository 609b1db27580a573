#include "master/domain/line_check.h"

#include "tests/support/catch.h"
#include "tests/support/invariants.h"
#include "tests/support/obedient_boxes.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::ObedientBoxes;
using foyer::test::World;

namespace {

const AutonomousSystem own{Asn(64501), "ISP One"};
const AutonomousSystem other{Asn(64999), "Somebody"};
const NodeId box("h1-1");

std::string last_message(const World& world, const std::string& kind) {
    std::string message;
    for (const auto& [number, event] : world.state.recent_events())
        if (event.kind == kind) message = event.message;
    return message;
}

void seen_in(World& world, const AutonomousSystem& system, const NodeId& node = box) {
    ReportNode report;
    report.node = node;
    report.line = system;
    world.run(report);
}

void record(World& world, const std::string& isp, std::vector<Asn> asns,
            std::optional<IspTerms> terms = {}) {
    world.run(UpdateIsp{IspId(isp), std::move(asns), std::move(terms)});
}

const Node& node(const World& world) { return world.state.nodes().at(box); }

LineCheck check_of(const World& world) {
    const Isp& isp = world.state.isps().at(IspId("isp1"));
    return line_check(networks_of(world.state, isp.family), node(world));
}

const IspTerms forbidden{TermsStance::Forbidden, "No servers.", "terms 4.2", "2026-11-01"};

}  // namespace

TEST_CASE("a box is behind the line it says while its address is in a network of its ISP") {
    World world(World::five_homes());
    CHECK(check_of(world) == LineCheck::Unknown);
    seen_in(world, own);
    CHECK(check_of(world) == LineCheck::Unknown);  // nobody has recorded the ISP's networks
    record(world, "isp1", {Asn(64502), Asn(64501)});
    CHECK(check_of(world) == LineCheck::Declared);
    CHECK(world.state.isps().at(IspId("isp1")).asns == std::vector{Asn(64501), Asn(64502)});
    seen_in(world, other);
    CHECK(check_of(world) == LineCheck::Differs);
    CHECK(node(world).line_differs);
    CHECK(world.events("node_line_differs") == 1);
    seen_in(world, own);
    CHECK_FALSE(node(world).line_differs);
    CHECK(world.events("node_line_declared") == 1);
}

TEST_CASE("the same network again is no news") {
    World world(World::five_homes());
    seen_in(world, own);
    const WallTime since = node(world).line->since;
    const Revision before = world.state.revision();
    world.now = world.now + Duration(1'000);
    seen_in(world, {own.number, "ISP One, renamed"});
    CHECK(world.state.revision() == before);
    CHECK(node(world).line->since == since);
}

TEST_CASE("whose network it is instead is said where the register knows it") {
    World world(World::five_homes());
    record(world, "isp1", {Asn(64501)});
    record(world, "isp2", {Asn(64999)});
    seen_in(world, other);
    CHECK(last_message(world, "node_line_differs") ==
          "its address is in AS64999 (Somebody), which is none of the networks of 'isp1' but one "
          "of 'isp2'");
}

TEST_CASE("nothing new comes to a box behind another line; what it holds stays") {
    World world(World::five_homes());
    ObedientBoxes boxes(world, 1);
    world.run(world.order("acme"));
    REQUIRE(boxes.settle(50));
    const NodeId holder = world.replica("acme", 0).node;
    record(world, world.state.sites().at(world.state.nodes().at(holder).site).isp.str(),
           {Asn(64501)});
    seen_in(world, other, holder);
    boxes.rounds(6 * 40);
    CHECK(world.state.replicas_on(holder).size() == 1);
    CHECK(exclusion_of(world.state.nodes().at(holder)) == Exclusion::Line);
    for (const char* name : {"b1", "b2", "b3"}) {
        if (world.attempt(world.order(name)).ok()) world.run(world.order(name));
    }
    CHECK(world.state.replicas_on(holder).size() == 1);
    boxes.check_invariants();
}

TEST_CASE("an order that cannot be placed names the line as the reason") {
    World world;
    record(world, "alder", {Asn(64501)});
    for (const auto& [name, row] : world.state.nodes()) {
        if (world.state.sites().at(row.site).isp == IspId("alder")) seen_in(world, other, name);
    }
    OrderInstance order = world.order("acme");
    order.replicas = 3;
    const auto refused = world.attempt(order);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.failure().message.find("by line") != std::string::npos);
}

TEST_CASE("an operator may accept a network for one box, until it is seen in yet another") {
    World world(World::five_homes());
    CHECK(world.attempt(AcceptLine{box}).failure().details.front().value == "line_unknown");
    seen_in(world, other);
    CHECK(world.attempt(AcceptLine{box}).failure().details.front().value ==
          "networks_not_recorded");
    record(world, "isp1", {Asn(64501)});
    world.run(AcceptLine{box});
    CHECK(check_of(world) == LineCheck::Accepted);
    CHECK_FALSE(node(world).line_differs);
    CHECK(world.events("node_line_accepted") == 1);
    const Revision before = world.state.revision();
    world.run(AcceptLine{box});
    CHECK(world.state.revision() == before);
    seen_in(world, {Asn(65000), ""});
    CHECK(check_of(world) == LineCheck::Differs);
    seen_in(world, other);
    CHECK(check_of(world) == LineCheck::Differs);  // the acceptance was of that one time
}

TEST_CASE("an accepted substitute stays accepted while the cable is there in between") {
    World world(World::five_homes());
    record(world, "isp1", {Asn(64501)});
    seen_in(world, other);
    world.run(AcceptLine{box});
    seen_in(world, own);
    CHECK(check_of(world) == LineCheck::Declared);
    seen_in(world, other);
    CHECK(check_of(world) == LineCheck::Accepted);
}

TEST_CASE("brands of one family are one network") {
    World world(World::five_homes());
    world.run(CreateIsp{IspId("isp1-light"), IspFamilyId("isp1"), {Asn(64999)}});
    CHECK(check_of(world) == LineCheck::Unknown);
    seen_in(world, other);
    CHECK(check_of(world) == LineCheck::Declared);
    record(world, "isp1-light", {Asn(64501)});
    CHECK(check_of(world) == LineCheck::Differs);
    CHECK(node(world).line_differs);
    record(world, "isp1-light", {Asn(64501), Asn(64999)});
    CHECK_FALSE(node(world).line_differs);
}

TEST_CASE("a network is of one family") {
    World world(World::five_homes());
    record(world, "isp1", {Asn(64501)});
    const auto taken = world.attempt(UpdateIsp{IspId("isp2"), {Asn(64501)}, {}});
    REQUIRE_FALSE(taken.ok());
    CHECK(taken.failure().details.front().value == "asn_taken");
    CHECK_FALSE(world.attempt(CreateIsp{IspId("new"), {}, {Asn(64501)}}).ok());
    CHECK(world.attempt(CreateIsp{IspId("new"), IspFamilyId("isp1"), {Asn(64501)}}).ok());
}

TEST_CASE("a box that is expected at another site is a stranger there") {
    World world(World::five_homes());
    record(world, "isp2", {Asn(64502)});
    CreateNodeToken token{.site = SiteId("h1"), .node = NodeId("new-1"), .token_hash = "t"};
    world.run(token);
    EnrolNode enrol;
    enrol.token_hash = "t";
    enrol.key_fingerprint = "k";
    enrol.wg_public_key = WgPublicKey("w");
    enrol.capacity = {Millicores(1000), gibibytes(1), gibibytes(1), KbitPerSecond(0)};
    enrol.line = own;
    world.run(enrol);
    token.site = SiteId("h2");
    token.token_hash = "u";
    world.run(token);
    CHECK_FALSE(world.state.nodes().at(NodeId("new-1")).line);
    enrol.token_hash = "u";
    world.run(enrol);
    CHECK(world.state.nodes().at(NodeId("new-1")).line_differs);
}

TEST_CASE("a mended entry of the register judges the boxes anew") {
    World world(World::five_homes());
    record(world, "isp1", {Asn(64501)});
    seen_in(world, other);
    record(world, "isp1", {Asn(64501), Asn(64999)});
    CHECK_FALSE(node(world).line_differs);
    record(world, "isp1", {});
    CHECK(check_of(world) == LineCheck::Unknown);
    record(world, "isp1", {Asn(64501)});
    CHECK(node(world).line_differs);
    CHECK(world.events("node_line_differs") == 2);
}

TEST_CASE("terms that forbid a box refuse its site, its token and the box, in their own words") {
    World world(World::five_homes());
    CreateNodeToken token{.site = SiteId("h1"), .node = NodeId("h1-9"), .token_hash = "t"};
    world.run(token);
    record(world, "isp1", {}, forbidden);
    const auto site = world.attempt(
        CreateSite{SiteId("new"), IspId("isp1"), CountryCode("FR"), HostId("host-h1")});
    REQUIRE_FALSE(site.ok());
    CHECK(site.failure().code == ErrorCode::FailedPrecondition);
    CHECK(site.failure().message.find("\"No servers.\" (terms 4.2, read on 2026-11-01)") !=
          std::string::npos);
    CHECK(world.attempt(token).failure().details.front().value == "isp_forbids");
    EnrolNode enrol;
    enrol.token_hash = "t";
    CHECK(world.attempt(enrol).failure().details.front().value == "isp_forbids");
    record(world, "isp1", {}, IspTerms{TermsStance::Silent, "", "", "2026-11-02"});
    CHECK(world.attempt(token).ok());
}

TEST_CASE("a register entry that says too little is refused") {
    World world;
    const auto refused = [&](std::vector<Asn> asns, std::optional<IspTerms> terms) {
        const auto decision = world.attempt(UpdateIsp{IspId("alder"), asns, terms});
        return decision.ok() ? std::string() : decision.failure().details.front().value;
    };
    CHECK(refused({Asn(0)}, {}) == "asns");
    CHECK(refused({Asn(4'294'967'295)}, {}) == "asns");
    CHECK(refused({Asn(1), Asn(2), Asn(1)}, {}) == "asns");
    CHECK(refused(std::vector<Asn>(65), {}) == "asns");
    const auto with = [](TermsStance stance, std::string quote, std::string read_on) {
        return IspTerms{stance, std::move(quote), "", std::move(read_on)};
    };
    CHECK(refused({}, with(TermsStance::Allowed, "", "2026-11-27")) == "terms.quote");
    CHECK(refused({}, with(TermsStance::Silent, "", "")) == "terms.read_on");
    CHECK(refused({}, with(TermsStance::Silent, "", "2026-13-27")) == "terms.read_on");
    CHECK(refused({}, with(TermsStance::Silent, "", "27-11-2026")) == "terms.read_on");
    CHECK(refused({}, with(TermsStance::Silent, std::string(1001, 'a'), "2026-11-27")) ==
          "terms.quote");
    CHECK(refused({Asn(1)}, with(TermsStance::Silent, "", "2026-11-27")).empty());
}
