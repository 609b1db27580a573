#include "master/domain/audit.h"

#include "master/domain/command.h"
#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

AuditEntry entry_of(const std::string& account, const std::string& member,
                    const std::string& subject, const std::string& owner) {
    AuditEntry entry;
    entry.account = account;
    entry.member = member;
    entry.subject = subject;
    entry.owner = owner;
    return entry;
}

}  // namespace

TEST_CASE("an entry belongs to whom its subject belonged before it") {
    World world;
    const Node& node = world.state.nodes().begin()->second;
    const AccountId host(world.state.sites().at(node.site).host.str());
    REQUIRE_FALSE(host.empty());
    CHECK(owner_of(world.state, CordonNode{node.name}) == host);
    CHECK(owner_of(world.state, DeleteNode{node.name}) == host);
    CHECK(owner_of(world.state, CreateNodeToken{node.site}) == host);
    CHECK(owner_of(world.state, DeleteSite{node.site}) == host);
    CHECK(owner_of(world.state, CreateHost{HostId("maison")}) == AccountId("maison"));
    CHECK(owner_of(world.state, UpdateAccount{AccountId("acme"), {}, {}}) == AccountId("acme"));
    const MemberKey anna{AccountId("acme"), MemberName("anna")};
    CHECK(owner_of(world.state, OpenSession{anna, {}}) == AccountId("acme"));
    CHECK(owner_of(world.state, DeleteWebhook{{AccountId("acme"), WebhookName("shop")}}) ==
          AccountId("acme"));
    const OrderInstance order = world.order("shop");
    REQUIRE_FALSE(order.owner.empty());
    CHECK(owner_of(world.state, order) == order.owner);
    world.run(order);
    CHECK(owner_of(world.state, StopInstance{order.name}) == order.owner);
    CHECK(owner_of(world.state, DeleteInstance{order.name}) == order.owner);
}

TEST_CASE("what is nobody's, or not there, belongs to no account") {
    World world;
    CHECK(owner_of(world.state, CreateIsp{IspId("alder"), {}}).empty());
    CHECK(owner_of(world.state, StopRebalance{}).empty());
    CHECK(owner_of(world.state, DeleteInstance{InstanceName("none")}).empty());
    CHECK(owner_of(world.state, DeleteNode{NodeId("none")}).empty());
    CHECK(owner_of(world.state, RevokeToken{TokenId("none"), {}}).empty());
}

TEST_CASE("an entry fits when every part that is set fits") {
    const AuditEntry entry = entry_of("acme", "anna", "shop", "acme");
    const AccountId acme("acme");
    CHECK(fits({}, entry));
    CHECK(fits({acme, acme, MemberName("anna"), "shop", {}, {}}, entry));
    CHECK_FALSE(fits({.owner = AccountId("other")}, entry));
    CHECK_FALSE(fits({.account = AccountId("operator")}, entry));
    CHECK_FALSE(fits({.account = acme, .member = MemberName("ann")}, entry));
    CHECK_FALSE(fits({.subject = "sho"}, entry));
    // What is only the operator's is nobody else's, whatever his name.
    const AuditEntry of_cloud = entry_of("operator", "", "alder", "");
    CHECK(fits({}, of_cloud));
    CHECK_FALSE(fits({.owner = AccountId()}, of_cloud));
    CHECK_FALSE(fits({.owner = acme}, of_cloud));
}

TEST_CASE("only a stretch of the log leaves nothing out") {
    CHECK_FALSE(leaves_out({}));
    CHECK_FALSE(leaves_out({.since = WallTime{5}, .until = WallTime{9}}));
    CHECK(leaves_out({.owner = AccountId("acme")}));
    CHECK(leaves_out({.account = AccountId("acme")}));
    CHECK(leaves_out({.subject = "shop"}));
}
