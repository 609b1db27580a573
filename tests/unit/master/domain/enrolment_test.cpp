#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

EnrolNode enrolment(const std::string& token, const std::string& key) {
    EnrolNode enrol;
    enrol.token_hash = token;
    enrol.key_fingerprint = key;
    enrol.wg_public_key = WgPublicKey("wg");
    enrol.capacity = {Millicores(1000), gibibytes(1), gibibytes(1), KbitPerSecond(0)};
    return enrol;
}

CreateNodeToken token(const std::string& hash) {
    CreateNodeToken command;
    command.site = SiteId("lille");
    command.token_hash = hash;
    return command;
}

std::string rule(const Result<Decision>& refused) { return refused.failure().details.at(0).value; }

}  // namespace

TEST_CASE("a token makes one node, named after its site") {
    World world;
    CHECK(world.run(token("t")).subject == "lille-2");
    CHECK(world.run(enrolment("t", "k")).subject == "lille-2");
}

TEST_CASE("an unknown token is refused") {
    const World world;
    CHECK(rule(world.attempt(enrolment("nobody", "k"))) == "token_unknown");
    CHECK(rule(world.attempt(enrolment("", "k"))) == "token_unknown");
}

TEST_CASE("the same box may repeat its enrolment until its first Sync, another box may not") {
    World world;
    world.run(token("t"));
    world.run(enrolment("t", "k"));
    CHECK(world.attempt(enrolment("t", "k")).ok());
    CHECK(rule(world.attempt(enrolment("t", "other"))) == "token_used");
    world.go_online("lille-2");
    CHECK(rule(world.attempt(enrolment("t", "k"))) == "token_used");
}

TEST_CASE("a token expires") {
    World world;
    world.run(token("t"));
    world.now = world.now + Duration(std::int64_t{8} * 24 * 3600 * 1000);
    CHECK(rule(world.attempt(enrolment("t", "k"))) == "token_expired");
}

TEST_CASE("a box with a wrong clock is told so, and may come again with the same token") {
    World world;
    world.run(token("t"));
    EnrolNode enrol = enrolment("t", "k");
    for (const std::int64_t hours : {-24, 24}) {
        enrol.clock = world.now + Duration(hours * 3600 * 1000);
        const auto refused = world.attempt(enrol);
        REQUIRE(!refused.ok());
        CHECK(refused.failure().code == ErrorCode::FailedPrecondition);
        CHECK(rule(refused) == "clock_wrong");
        CHECK(refused.failure().message.find("24 h") != std::string::npos);
    }
    enrol.clock = world.now + Duration(2'000);
    CHECK(world.attempt(enrol).ok());
    enrol.clock.reset();  // an older agent does not say
    CHECK(world.attempt(enrol).ok());
}

TEST_CASE("an edge needs a trusted site and a public address") {
    World world({{"open", "alder", "FR", HostClass::Open}});
    CreateNodeToken edge = token("t");
    edge.site = SiteId("open");
    edge.edge = true;
    CHECK(world.attempt(edge).failure().code == ErrorCode::InvalidArgument);
    edge.public_address = "198.18.1.9";
    CHECK(rule(world.attempt(edge)) == "edge_host_class");
}

TEST_CASE("a node that holds partitions stays") {
    World world;
    world.run(world.order("acme"));
    CHECK(rule(world.attempt(DeleteNode{NodeId("lille-1")})) == "node_not_empty");
}

TEST_CASE("a box that shrinks below what it holds keeps what it holds") {
    World world;
    world.run(world.order("acme"));
    ReportNode report;
    report.node = NodeId("lille-1");
    report.capacity = Resources{Millicores(100), mebibytes(1), mebibytes(1), KbitPerSecond(1)};
    world.run(report);
    CHECK(world.state.reserved_on(NodeId("lille-1"))
              .fits_into(world.state.nodes().at(NodeId("lille-1")).capacity));
}

TEST_CASE("a box expected as an edge may become a home before it comes") {
    World world;
    CreateNodeToken edge = token("t");
    edge.node = NodeId("box");
    edge.edge = true;
    edge.public_address = "198.18.1.9";
    world.run(edge);
    CHECK(world.state.edges().contains(NodeId("box")));
    CreateNodeToken home = token("u");
    home.node = NodeId("box");
    world.run(home);
    CHECK_FALSE(world.state.edges().contains(NodeId("box")));
}
