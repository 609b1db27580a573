// Accounts change and go, but not while something stands on them, and never the last operator.
#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

using Role = AccountRole;
const AccountId boss("boss");

struct People : World {
    People() { run(CreateAccount{boss, {Role::Operator}}); }
    std::string rule(const Command& command) const {
        const auto decided = attempt(command);
        return decided.ok() ? "" : decided.failure().details.front().value;
    }
};

}  // namespace

TEST_CASE("an account is changed as a whole, and not at all when it is so already") {
    People all;
    const AccountId name("acme-org");
    const Quota quota{3, 9, gibibytes(10)};
    all.run(UpdateAccount{name, {Role::Customer, Role::Host}, quota});
    CHECK(all.state.accounts().at(name).roles == std::set{Role::Customer, Role::Host});
    CHECK(all.state.accounts().at(name).quota == quota);
    CHECK(all.attempt(UpdateAccount{name, {Role::Customer, Role::Host}, quota})
              .value()
              .changes.empty());
    all.run(UpdateAccount{name, {Role::Customer}, {}});
    CHECK(all.state.accounts().at(name).quota == Quota{});
    CHECK(all.rule(UpdateAccount{name, {}, {}}) == "roles");
    CHECK(all.rule(UpdateAccount{name, {Role::Customer}, {.copies = -1}}) == "quota.copies");
    CHECK(all.attempt(UpdateAccount{AccountId("no"), {Role::Customer}, {}}).failure().code ==
          ErrorCode::NotFound);
}

TEST_CASE("the last operator stays one") {
    People all;
    CHECK(all.rule(UpdateAccount{boss, {Role::Customer}, {}}) == "last_operator");
    CHECK(all.rule(DeleteAccount{boss, AccountId("other")}) == "last_operator");
    all.run(CreateAccount{AccountId("other"), {Role::Operator}});
    CHECK(all.rule(DeleteAccount{boss, boss}) == "own_account");
    CHECK(all.rule(UpdateAccount{boss, {Role::Customer}, {}}).empty());
    all.run(DeleteAccount{boss, AccountId("other")});
    CHECK_FALSE(all.state.accounts().contains(boss));
}

TEST_CASE("an account goes only when nothing is its own any more, with its tokens") {
    People all;
    const AccountId acme("acme-org");
    all.serve("acme");
    CHECK(all.rule(DeleteAccount{acme, boss}) == "account_has_instances");
    CHECK(all.rule(DeleteAccount{AccountId("house"), boss}) == "account_has_releases");
    const HostId host = all.state.sites().begin()->second.host;
    all.run(CreateAccount{AccountId(host.str()), {Role::Host}});
    CHECK(all.rule(DeleteAccount{AccountId(host.str()), boss}) == "account_has_sites");
    const AccountId drainer("drainer");
    all.run(CreateAccount{drainer, {Role::Operator}});
    const NodeId node = all.replica("acme", 0).node;
    all.run(DrainNode{node, Duration(0), OperationId("op-drain"), drainer});
    CHECK(all.rule(DeleteAccount{drainer, boss}) == "account_has_operations");
    all.run(CancelDrain{node});
    all.run(CreateToken{TokenId("t1"), drainer, "00ff", "", Duration(0)});
    all.run(DeleteAccount{drainer, boss});
    CHECK(all.state.tokens().empty());
    CHECK_FALSE(all.state.operations().contains(OperationId("op-drain")));
}

TEST_CASE("a name that is given again begins with nothing") {
    People all;
    const AccountId eve("eve");
    all.run(CreateAccount{eve, {Role::Customer}});
    const auto record = [&](const AccountId& account) {
        RequestRecord row;
        row.account = account;
        row.id = RequestId("r1");
        row.reply_kind = ReplyKind::HoldsSecret;
        row.at = all.now;
        all.state.apply({Put<RequestRecord>{row}}, all.state.revision().next());
    };
    record(eve);
    record(boss);
    all.run(DeleteAccount{eve, boss});
    CHECK(all.state.requests().size() == 1);
    CHECK(all.state.aged_requests().size() == 1);
    CHECK(all.state.secret_replies().size() == 1);
    all.run(CreateAccount{eve, {Role::Customer}});
    CHECK_FALSE(all.state.requests().contains({eve, RequestId("r1")}));
}
