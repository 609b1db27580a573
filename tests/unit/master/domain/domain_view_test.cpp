#include "master/domain/domain_view.h"

#include <algorithm>

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

const DomainName erp("erp.acme.example");
const std::set<std::string> edge_addresses = {"198.18.1.11", "2001:db8::1"};

Domain claim() {
    Domain row;
    row.name = erp;
    row.instance = InstanceName("acme");
    row.token = "foyer-token";
    row.created_at = foyer::test::noon;
    return row;
}

DnsAnswer good() { return {{"v=spf1", "foyer-token"}, {"198.18.1.11", "2001:db8::1"}, ""}; }

ClusterSettings delegated() {
    ClusterSettings settings;
    settings.zone = "cloud.example.org";
    return settings;
}

struct Shown {
    World world{World::three_homes(), delegated()};
    NodeId edge;
    Shown() {
        world.serve("acme");
        world.add_home({.name = "edge", .isp = "isp9", .edge = true});
        edge = *world.state.edges().begin();
        world.run(CreateDomain{erp, InstanceName("acme"), {}, "foyer-token"});
    }
    const Domain& row() const { return *claims_of(world.state, erp).front(); }
    DomainView view() const { return view_of(world.state, row(), world.now); }
    void prove() { world.run(NoteDomains{{{erp, row().owner, row().created_at, true, ""}}}); }
    void report(std::optional<WallTime> until, int failures = 0) {
        ReportNode command;
        command.node = edge;
        command.domains = DomainsReport{std::string(43, 'T'), {}};
        DomainAtEdge& one = command.domains->domains.emplace_back();
        one.name = erp.str();
        one.not_after = until;
        one.failures = failures;
        if (failures > 0) one.failure = "the name leads elsewhere";
        if (failures > 0) one.retry_at = world.now + Duration(60'000);
        world.run(command);
    }
};

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("DNS proves a name by the token, and by leading to edges and nowhere else") {
    CHECK(judge(claim(), good(), edge_addresses).proven);
    DnsAnswer one = good();
    one.addresses = {"198.18.1.11"};
    CHECK(judge(claim(), one, edge_addresses).proven);
}

TEST_CASE("who merely points to the edges proves nothing") {
    DnsAnswer answer = good();
    answer.texts.clear();
    const DomainSeen none = judge(claim(), answer, edge_addresses);
    CHECK_FALSE(none.proven);
    CHECK(says(none.seen, "no TXT record '_foyer-challenge.erp.acme.example'"));
    answer.texts = {"another-token"};
    const DomainSeen other = judge(claim(), answer, edge_addresses);
    CHECK_FALSE(other.proven);
    CHECK(says(other.seen, "says 'another-token', not 'foyer-token'"));
}

TEST_CASE("a name that leads elsewhere, or nowhere, is not asked a certificate for") {
    DnsAnswer answer = good();
    answer.addresses.push_back("192.0.2.9");
    const DomainSeen also = judge(claim(), answer, edge_addresses);
    CHECK_FALSE(also.proven);
    CHECK(says(also.seen, "'192.0.2.9', which is no edge"));
    answer.addresses.clear();
    CHECK(says(judge(claim(), answer, edge_addresses).seen, "has no address yet"));
    answer = {{}, {}, "timeout"};
    CHECK(says(judge(claim(), answer, edge_addresses).seen, "could not be asked: timeout"));
}

TEST_CASE("DNS is asked often at first, then ever more seldom") {
    const Domain row = claim();
    CHECK(look_again_after(row, row.created_at) == Duration(5'000));
    CHECK(look_again_after(row, row.created_at + Duration(600'000)) == Duration(30'000));
    CHECK(look_again_after(row, row.created_at + domain_claim_life) == Duration(600'000));
    CHECK(look_again_after(row, row.created_at + Duration(-1'000)) == Duration(5'000));
}

TEST_CASE("the answer tells which records to make") {
    Shown shown;
    const auto records = records_of(shown.world.state, shown.row());
    REQUIRE(records.size() == 3);
    CHECK(records[0] == DnsRecord{"_foyer-challenge.erp.acme.example", "TXT", "foyer-token"});
    CHECK(records[1] == DnsRecord{"erp.acme.example", "CNAME", "acme.cloud.example.org"});
    CHECK(records[2].type == "A");
    World plain;
    plain.serve("acme");
    for (const DnsRecord& record : records_of(plain.state, claim()))
        CHECK(record.type != "CNAME");  // nobody answers for a zone below localhost
}

TEST_CASE("each stage says what is waited for and what to do") {
    Shown shown;
    CHECK(shown.view().phase == DomainPhase::WaitingForDns);
    CHECK(says(shown.view().status, "not asked yet"));
    CHECK(says(shown.view().next, "foyer domain show erp.acme.example"));
    shown.prove();
    CHECK(shown.view().phase == DomainPhase::Asking);
    CHECK(says(shown.view().status, "no edge asks"));
    CHECK(says(shown.view().next, "operator"));
    shown.report(std::nullopt);
    CHECK(shown.view().phase == DomainPhase::Asking);
    CHECK(says(shown.view().status, "0 of 1 edges"));
    const WallTime until = shown.world.now + Duration(86'400'000);
    shown.report(until);
    CHECK(shown.view().phase == DomainPhase::Serving);
    CHECK(shown.view().serving_until == until);
    CHECK(shown.view().next.empty());
    shown.report(until, 3);
    CHECK(shown.view().phase == DomainPhase::Failing);
    CHECK(says(shown.view().status, "serving until "));
    CHECK(says(shown.view().status, "last 3 orders: the name leads elsewhere; it tries again at"));
    shown.world.now = until;
    CHECK(says(shown.view().status, "not serving"));
}

TEST_CASE("of a claim that lapsed it is told why, not by whom, and which records no more") {
    Shown shown;
    shown.prove();
    Domain theirs = shown.row();
    theirs.owner = AccountId("other");
    theirs.proven_at.reset();
    const DomainView view = view_of(shown.world.state, theirs, shown.world.now);
    CHECK(view.phase == DomainPhase::Lapsed);
    CHECK(says(view.status, "proven by somebody else"));
    CHECK(says(view.next, "ask the operator"));
    CHECK(says(view.next, "within 72 hours"));
    CHECK_FALSE(says(view.status + view.next, "'" + shown.row().owner.str() + "'"));
    CHECK(view.certificates.empty());
    CHECK(records_of(shown.world.state, theirs).empty());
    CHECK(shown.view().phase == DomainPhase::Asking);
}
