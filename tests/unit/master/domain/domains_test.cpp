#include "master/domain/domains.h"

#include "master/domain/desired.h"
#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

const DomainName erp("erp.acme.example");

// Room for many instances.
std::vector<foyer::test::HomeSpec> large_homes() {
    auto homes = World::three_homes();
    for (auto& home : homes)
        home.capacity = {Millicores(64'000), gibibytes(64), gibibytes(1'000),
                         KbitPerSecond(1'000'000)};
    return homes;
}

struct Named {
    World world{large_homes()};
    Named() { world.serve("acme"); }

    AccountId owner() const { return world.instance("acme").owner; }
    // Another account with an instance of its own, and its wish for the name.
    CreateDomain stranger(const std::string& account = "other") {
        world.run(CreateAccount{AccountId(account), {AccountRole::Customer}});
        OrderInstance order = world.order(account + "-shop");
        order.owner = AccountId(account);
        world.run(order);
        CreateDomain command = creation();
        command.instance = InstanceName(account + "-shop");
        command.owner = AccountId(account);
        command.token = "token of " + account;
        return command;
    }
    // DNS shows the records of this one.
    void prove(const AccountId& account) {
        const Domain& theirs = world.state.domains().at({erp, account});
        note({erp, account, theirs.created_at, true, ""});
    }
    CreateDomain creation(const std::string& name = erp.str()) const {
        CreateDomain command;
        command.name = DomainName(name);
        command.instance = InstanceName("acme");
        command.owner = world.instance("acme").owner;
        command.token = "foyer-token";
        return command;
    }
    const Domain& row() const { return world.state.domains().at({erp, owner()}); }
    bool has(const std::string& account) const {
        return world.state.domains().contains({erp, AccountId(account)});
    }
    DomainSeen seen(bool proven, const std::string& words = "nothing there") const {
        return {erp, owner(), row().created_at, proven, proven ? "" : words};
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
    named.note(named.seen(false, "gone"));
    CHECK(named.row().revision == revision);
}

TEST_CASE("an account asks for a name once, and for instances of its own alone") {
    Named named;
    named.world.run(named.creation());
    const auto again = named.world.attempt(named.creation());
    REQUIRE_FALSE(again.ok());
    CHECK(again.failure().code == ErrorCode::AlreadyExists);
    CHECK(rule_of(again).empty());
    CreateDomain theirs = named.creation();
    theirs.owner = AccountId("other");
    CHECK(named.world.attempt(theirs).failure().code == ErrorCode::NotFound);  // no such instance
}

TEST_CASE(
    "a name that another account asks for can be asked for, and goes to who proves it first") {
    Named named;
    named.world.run(named.stranger());  // and could renew this for ever
    named.world.run(named.creation());
    const Revision before = named.world.instance("acme").route_revision;
    named.prove(named.owner());
    CHECK(named.row().proven_at == named.world.now);
    CHECK(proven_domain(named.world.state, erp)->owner == named.owner());
    CHECK(named.world.instance("acme").route_revision > before);
    CHECK(proven_domains_of(named.world.state, InstanceName("acme")).size() == 1);
    CHECK(proven_domains_of(named.world.state, InstanceName("other-shop")).empty());
    REQUIRE(named.has("other"));
    CHECK(is_lapsed(named.world.state, named.world.state.domains().at({erp, AccountId("other")})));
    CHECK_FALSE(is_lapsed(named.world.state, named.row()));
}

TEST_CASE("whose claim lapses is told so, and not who proved the name") {
    Named named;
    named.world.run(named.stranger());
    named.world.run(named.creation());
    named.prove(named.owner());
    REQUIRE(named.world.events("domain_lapsed") == 1);
    for (const auto& [sequence, event] : named.world.state.recent_events()) {
        if (event.kind != "domain_lapsed") continue;
        CHECK(event.owner == AccountId("other"));
        CHECK(event.subject == "other-shop");
        CHECK(event.message.find("proven by somebody else") != std::string::npos);
        CHECK(event.message.find(named.owner().str() + " ") == std::string::npos);
    }
}

TEST_CASE("a name that is proven is refused to others, who are told no more than that") {
    Named named;
    named.world.run(named.creation());
    named.prove(named.owner());
    CreateDomain theirs = named.stranger();
    const auto taken = named.world.attempt(theirs);
    CHECK(rule_of(taken) == "domain_taken");
    CHECK(taken.failure().message.find("acme'") == std::string::npos);
    CHECK(taken.failure().message.find(named.owner().str() + "'") == std::string::npos);
    theirs.owner = AccountId();  // an operator may know
    CHECK(named.world.attempt(theirs).failure().message.find("'acme'") != std::string::npos);
}

TEST_CASE("who proves a name that another proved before gains nothing, also at the same moment") {
    Named named;
    const CreateDomain theirs = named.stranger();
    named.world.run(theirs);
    named.world.run(named.creation());
    const WallTime since = named.world.now;
    named.world.run(NoteDomains{
        {{erp, AccountId("other"), since, true, ""}, {erp, named.owner(), since, true, ""}}});
    CHECK(proven_domain(named.world.state, erp)->owner == AccountId("other"));
    CHECK_FALSE(named.row().proven_at);
    named.prove(named.owner());
    CHECK_FALSE(named.row().proven_at);
    CHECK(named.world.events("domain_proven") == 1);
    // Until it is free again: what was asked for meanwhile goes on.
    named.world.run(DeleteDomain{{erp, AccountId("other")}});
    named.prove(named.owner());
    CHECK(named.row().proven_at);
}

TEST_CASE("a claim that lapsed goes with its time, without a word more") {
    Named named;
    named.world.run(named.stranger());
    named.world.run(named.creation());
    named.prove(named.owner());
    const DomainSeen seen{erp, AccountId("other"), named.row().created_at, false, "no TXT"};
    named.note(seen);
    CHECK(named.world.state.domains().at({erp, AccountId("other")}).seen.empty());
    named.world.now = named.world.now + domain_claim_life;
    named.note(seen);
    CHECK_FALSE(named.has("other"));
    CHECK(named.world.events("domain_forgotten") == 0);
    CHECK(named.row().proven_at);
}

TEST_CASE("an account has few claims that are not proven, whatever its instances") {
    Named named;
    const int per_instance = named.world.state.settings().domains_per_instance;
    for (int i = 0; i < domain_claims_of_account_max; ++i) {
        const std::string shop = "shop-" + std::to_string(i / per_instance);
        if (i % per_instance == 0) named.world.run(named.world.order(shop));
        CreateDomain one = named.creation("n" + std::to_string(i) + ".acme.example");
        one.instance = InstanceName(shop);
        named.world.run(one);
    }
    CHECK(rule_of(named.world.attempt(named.creation())) == "domain_claims_of_account");
    const DomainName first("n0.acme.example");
    named.note({first, named.owner(), named.world.now, true, ""});
    CHECK(named.world.attempt(named.creation()).ok());  // what is proven counts no more
}

TEST_CASE("a name is asked for by few accounts at once") {
    Named named;
    for (int i = 0; i < domain_claims_of_name_max; ++i)
        named.world.run(named.stranger("other" + std::to_string(i)));
    CHECK(rule_of(named.world.attempt(named.creation())) == "domain_claims_of_name");
    named.world.run(DeleteDomain{{erp, {}, AccountId("other3")}});  // by an operator
    CHECK(named.world.attempt(named.creation()).ok());
}

TEST_CASE("the cloud has so many names and claims, and no more") {
    Named named;
    Domain row;
    row.instance = InstanceName("acme");
    row.owner = named.owner();
    row.token = "t";
    row.proven_at = named.world.now;
    Changes all;
    for (std::size_t i = 0; i < domains_max; ++i) {
        row.name = DomainName("n" + std::to_string(i) + ".full.example");
        all.push_back(Put<Domain>{row});
    }
    named.world.state.apply(all, named.world.state.revision().next());
    CHECK(rule_of(named.world.attempt(named.stranger())) == "domains_max");
    named.world.run(DeleteDomain{{DomainName("n7.full.example")}});
    CreateDomain theirs = named.creation();
    theirs.instance = InstanceName("other-shop");
    theirs.owner = AccountId("other");
    CHECK(named.world.attempt(theirs).ok());
}

TEST_CASE("an operator means the proven claim, else the only one, else has to say whose") {
    Named named;
    const auto found = [&](const AccountId& within, const std::string& account = {}) {
        return find_domain(named.world.state, {erp, within, AccountId(account)});
    };
    CHECK(found({}).failure().code == ErrorCode::NotFound);
    named.world.run(named.creation());
    CHECK(found({}).value()->owner == named.owner());
    named.world.run(named.stranger());
    const auto several = found({});
    CHECK(several.failure().code == ErrorCode::InvalidArgument);
    CHECK(several.failure().message.find("--account") != std::string::npos);
    CHECK(several.failure().message.find("other") != std::string::npos);
    CHECK(found({}, "other").value()->owner == AccountId("other"));
    named.prove(named.owner());
    CHECK(found({}).value()->owner == named.owner());
    CHECK(found({}, "other").value()->owner == AccountId("other"));
    // Customers: their own alone, whatever they say.
    CHECK(found(AccountId("other")).value()->owner == AccountId("other"));
    CHECK(found(AccountId("other"), "other").ok());
    CHECK(found(AccountId("other"), named.owner().str()).failure().code == ErrorCode::NotFound);
    CHECK(found(AccountId("third")).failure().code == ErrorCode::NotFound);
}

TEST_CASE("a claim that is given up takes nothing from the proven one") {
    Named named;
    named.world.run(named.stranger());
    named.world.run(named.creation());
    named.prove(named.owner());
    const Revision before = named.world.instance("acme").route_revision;
    named.world.run(DeleteDomain{{erp, AccountId("other")}});
    CHECK_FALSE(named.has("other"));
    CHECK(named.row().proven_at);
    CHECK(named.world.instance("acme").route_revision == before);
}

TEST_CASE("an instance has as many names as the operator allows") {
    Named named;
    for (int i = 0; i < named.world.state.settings().domains_per_instance; ++i)
        named.world.run(named.creation("n" + std::to_string(i) + ".acme.example"));
    CHECK(rule_of(named.world.attempt(named.creation())) == "domains_per_instance");
    named.world.run(DeleteDomain{{DomainName("n0.acme.example")}});
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
    const auto theirs = named.world.attempt(DeleteDomain{{erp, AccountId("other")}});
    CHECK(theirs.failure().code == ErrorCode::NotFound);
    const Revision before = named.world.instance("acme").route_revision;
    named.world.run(DeleteDomain{{erp, named.owner()}});
    CHECK(named.world.state.domains().empty());
    CHECK(named.world.state.domains_of_instances().empty());
    CHECK(named.world.instance("acme").route_revision > before);
    CHECK(named.last_event() == "domain_deleted");
}

TEST_CASE("a claim that DNS does not prove in time is forgotten") {
    Named named;
    named.world.run(named.creation());
    named.world.now = named.world.now + (domain_claim_life - Duration(1));
    named.note(named.seen(false, "no TXT"));
    CHECK(named.has(named.owner().str()));
    named.world.now = named.world.now + Duration(1);
    named.note(named.seen(false, "no TXT"));
    CHECK(named.world.state.domains().empty());
    CHECK(named.last_event() == "domain_forgotten");
}

TEST_CASE("what was seen for an earlier claim says nothing of one made anew") {
    Named named;
    named.world.run(named.creation());
    const DomainSeen old = named.seen(true);
    named.world.run(DeleteDomain{{erp}});
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
