#include "master/domain/domain_reports.h"

#include "master/domain/desired.h"
#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

const DomainName erp("erp.acme.example");
const std::string thumbprint(43, 'T');

struct AtEdges {
    World world;
    NodeId edge;

    AtEdges() {
        world.serve("acme");
        world.add_home({.name = "edge", .isp = "isp9", .edge = true});
        edge = *world.state.edges().begin();
        world.run(CreateDomain{erp, InstanceName("acme"), {}, "foyer-token"});
        prove();
    }
    void prove() {
        const Domain& row = *claims_of(world.state, erp).front();
        world.run(NoteDomains{{{erp, row.owner, row.created_at, true, ""}}});
    }
    void report(const DomainsReport& told) {
        ReportNode command;
        command.node = edge;
        command.domains = told;
        world.run(command);
    }
    DomainAtEdge at(std::optional<WallTime> until, int failures = 0) const {
        DomainAtEdge one;
        one.name = erp.str();
        one.not_after = until;
        one.failures = failures;
        if (failures == 0) return one;
        one.failure = "no CNAME";
        one.failed_at = world.now;
        one.retry_at = world.now + Duration(60'000);
        return one;
    }
    const DomainCertificate* row() const {
        return world.state.domain_certificates().get({erp, edge});
    }
    std::string last_event() const {
        return world.state.recent_events().at(world.state.last_event()).kind;
    }
};

}  // namespace

TEST_CASE("an edge's account is told to every edge") {
    AtEdges edges;
    const Revision before = edges.world.state.nodes().at(edges.edge).overlay_revision;
    edges.report({thumbprint, {}});
    const Node& node = edges.world.state.nodes().at(edges.edge);
    CHECK(node.acme_thumbprint == thumbprint);
    CHECK(node.overlay_revision > before);
    const auto told =
        desired_since(edges.world.state, edges.edge, edges.world.state.lineage(), before);
    REQUIRE(told.settings);
    CHECK(told.settings->acme_thumbprint == thumbprint);
    const Revision same = node.overlay_revision;
    edges.report({thumbprint, {}});
    CHECK(edges.world.state.nodes().at(edges.edge).overlay_revision == same);
}

TEST_CASE("an event tells when a name is served, when an order fails, and when that is over") {
    AtEdges edges;
    const WallTime until = edges.world.now + Duration(86'400'000);
    edges.report({thumbprint, {edges.at(until)}});
    REQUIRE(edges.row() != nullptr);
    CHECK(edges.row()->not_after == until);
    CHECK(edges.last_event() == "domain_serving");
    edges.report({thumbprint, {edges.at(until, 1)}});
    CHECK(edges.row()->failure == "no CNAME");
    CHECK(edges.last_event() == "domain_failing");
    const std::int64_t told = edges.world.state.last_event();
    edges.report({thumbprint, {edges.at(until, 2)}});
    CHECK(edges.row()->failures == 2);
    CHECK(edges.world.state.last_event() == told);
    edges.report({thumbprint, {edges.at(until + Duration(86'400'000))}});
    CHECK(edges.last_event() == "domain_serving");
    // A renewal is no news.
    const std::int64_t served = edges.world.state.last_event();
    edges.report({thumbprint, {edges.at(until + Duration(2 * 86'400'000))}});
    CHECK(edges.world.state.last_event() == served);
}

TEST_CASE("what is said of names that nobody proved is nothing") {
    AtEdges edges;
    DomainAtEdge other = edges.at(edges.world.now);
    other.name = "other.acme.example";
    edges.report({thumbprint, {other}});
    CHECK(edges.world.state.domain_certificates().empty());
}

TEST_CASE("what an edge tells of no more is forgotten; with the name, and with the edge, too") {
    AtEdges edges;
    edges.report({thumbprint, {edges.at(edges.world.now)}});
    edges.report({thumbprint, {}});
    CHECK(edges.row() == nullptr);
    edges.report({thumbprint, {edges.at(edges.world.now)}});
    edges.world.run(DeleteDomain{{erp}});
    CHECK(edges.row() == nullptr);
    edges.world.run(CreateDomain{erp, InstanceName("acme"), {}, "foyer-token"});
    edges.prove();
    edges.report({thumbprint, {edges.at(edges.world.now)}});
    REQUIRE(edges.row() != nullptr);
    edges.world.run(DeleteNode{edges.edge});
    CHECK(edges.row() == nullptr);
}

TEST_CASE("a home that is no edge says nothing of names") {
    AtEdges edges;
    ReportNode command;
    command.node = edges.world.replica("acme", 0).node;
    command.domains = DomainsReport{thumbprint, {edges.at(edges.world.now)}};
    edges.world.run(command);
    CHECK(edges.world.state.domain_certificates().empty());
    CHECK(edges.world.state.nodes().at(command.node).acme_thumbprint.empty());
}
