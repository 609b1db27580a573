#include "master/domain/domains.h"

#include "master/domain/desired.h"
#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

const DomainName erp("erp.acme.example");

struct Named {
    World world;
    Named() { world.serve("acme"); }

    CreateDomain creation(const std::string& name = erp.str()) const {
        CreateDomain command;
        command.name = DomainName(name);
        command.instance = InstanceName("acme");
        command.owner = world.instance("acme").owner;
        command.token = "foyer-token";
        return command;
    }
    const Domain& row(const DomainName& name = erp) const { return world.state.domains().at(name); }
    DomainSeen seen(bool proven, const std::string& words = "nothing there") const {
        return {erp, row().created_at, proven, proven ? "" : words};
    }
    void note(const DomainSeen& one) { world.run(NoteDomains{{one}}); }
    std::string last_event() const {
        return world.state.recent_events().at(world.state.last_event()).kind;
    }
};

std::string rule_of(const Result<Decision>& decision) {
    for (const auto& detail : decision.failure().details)
        if (detail.key == "rule") return detail.value;
    return {};
}

}  // namespace

TEST_CASE("a name that was asked for leads nowhere before DNS proves it") {
    Named named;
    const Revision before = named.world.instance("acme").route_revision;
    named.world.run(named.creation());
    CHECK(named.row().owner == named.world.instance("acme").owner);
    CHECK_FALSE(named.row().proven_at);
    CHECK(proven_domains_of(named.world.state, InstanceName("acme")).empty());
    CHECK(named.world.instance("acme").route_revision == before);
    named.note(named.seen(false, "no TXT"));
    CHECK(named.row().seen == "no TXT");
    named.note(named.seen(true));
    CHECK(named.row().proven_at == named.world.now);
    CHECK(named.row().seen.empty());
    CHECK(named.last_event() == "domain_proven");
    CHECK(named.world.instance("acme").route_revision > before);
    CHECK(proven_domains_of(named.world.state, InstanceName("acme")) ==
          std::vector<std::string>{erp.str()});
}

TEST_CASE("what was proven stays proven, whatever DNS says later") {
    Named named;
    named.world.run(named.creation());
    named.note(named.seen(true));
    const Revision revision = named.row().revision;
    named.note({erp, named.row().created_at, false, "gone"});
    CHECK(named.row().revision == revision);
}

TEST_CASE("each name is once in the whole cloud, and others are told no more than that") {
    Named named;
    named.world.run(named.creation());
    const auto own = named.world.attempt(named.creation());
    REQUIRE_FALSE(own.ok());
    CHECK(own.failure().code == ErrorCode::AlreadyExists);
    named.world.run(CreateAccount{AccountId("other"), {AccountRole::Customer}});
    CreateDomain theirs = named.creation();
    theirs.owner = AccountId("other");
    CHECK(named.world.attempt(theirs).failure().code == ErrorCode::NotFound);  // no such instance
    OrderInstance order = named.world.order("shop");
    order.owner = AccountId("other");
    named.world.run(order);
    theirs.instance = InstanceName("shop");
    const auto taken = named.world.attempt(theirs);
    CHECK(rule_of(taken) == "domain_taken");
    CHECK(taken.failure().message.find("acme'") == std::string::npos);
}

TEST_CASE("an instance has as many names as the operator allows") {
    Named named;
    for (int i = 0; i < named.world.state.settings().domains_per_instance; ++i)
        named.world.run(named.creation("n" + std::to_string(i) + ".acme.example"));
    CHECK(rule_of(named.world.attempt(named.creation())) == "domains_per_instance");
    named.world.run(DeleteDomain{DomainName("n0.acme.example"), {}});
    CHECK(named.world.attempt(named.creation()).ok());
}

TEST_CASE("a name of the cloud's zone is refused by the decision, too") {
    Named named;
    const std::string own = "x." + named.world.state.settings().zone;
    CHECK(rule_of(named.world.attempt(named.creation(own))) == "domain_name");
}

TEST_CASE("only its owner or an operator deletes a name") {
    Named named;
    named.world.run(named.creation());
    named.note(named.seen(true));
    const auto theirs = named.world.attempt(DeleteDomain{erp, AccountId("other")});
    CHECK(theirs.failure().code == ErrorCode::NotFound);
    const Revision before = named.world.instance("acme").route_revision;
    named.world.run(DeleteDomain{erp, named.row().owner});
    CHECK_FALSE(named.world.state.domains().contains(erp));
    CHECK(named.world.state.domains_of_instances().empty());
    CHECK(named.world.instance("acme").route_revision > before);
    CHECK(named.last_event() == "domain_deleted");
}

TEST_CASE("a claim that DNS does not prove in time is forgotten") {
    Named named;
    named.world.run(named.creation());
    named.world.now = named.world.now + (domain_claim_life - Duration(1));
    named.note(named.seen(false, "no TXT"));
    CHECK(named.world.state.domains().contains(erp));
    named.world.now = named.world.now + Duration(1);
    named.note(named.seen(false, "no TXT"));
    CHECK_FALSE(named.world.state.domains().contains(erp));
    CHECK(named.last_event() == "domain_forgotten");
}

TEST_CASE("what was seen for an earlier claim says nothing of one made anew") {
    Named named;
    named.world.run(named.creation());
    const DomainSeen old = named.seen(true);
    named.world.run(DeleteDomain{erp, {}});
    named.world.now = named.world.now + Duration(1'000);
    named.world.run(named.creation());
    named.note(old);
    CHECK_FALSE(named.row().proven_at);
}

TEST_CASE("names go with their instance, at once") {
    Named named;
    named.world.run(named.creation());
    named.note(named.seen(true));
    DeleteInstance command;
    command.name = InstanceName("acme");
    command.operation = OperationId("op-delete");
    named.world.run(command);
    CHECK(named.world.state.domains().empty());
    CHECK_FALSE(named.world.attempt(named.creation()).ok());
}

TEST_CASE("edges are told of proven names with the route, and of nothing that is not") {
    Named named;
    named.world.add_home({.name = "edge", .isp = "isp9", .edge = true});
    named.world.run(named.creation());
    const NodeId edge = *named.world.state.edges().begin();
    const auto routes = [&] {
        return desired_since(named.world.state, edge, named.world.state.lineage(), Revision())
            .routes;
    };
    REQUIRE(routes().size() == 1);
    CHECK(routes()[0].aliases.empty());
    named.note(named.seen(true));
    CHECK(routes()[0].aliases == std::vector<std::string>{erp.str()});
}
