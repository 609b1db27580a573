// What a token may: its scopes, its account's roles, its member, each looked at as they are now.
#include "master/domain/rights.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

using Role = AccountRole;
const AccountId acme("acme");

struct Tokens : World {
    Tokens() { run(CreateAccount{acme, {Role::Customer, Role::Host}}); }
    static ApiToken token(std::set<Role> scopes, bool read_only = false) {
        ApiToken made;
        made.account = acme;
        made.scopes = std::move(scopes);
        made.read_only = read_only;
        return made;
    }
};

}  // namespace

TEST_CASE("a token of the account manages it while it is neither narrowed nor read only") {
    const Tokens all;
    CHECK(rights_of(all.state, Tokens::token({}))->manages);
    CHECK_FALSE(rights_of(all.state, Tokens::token({Role::Customer}))->manages);
    CHECK_FALSE(rights_of(all.state, Tokens::token({}, true))->manages);
    CHECK(rights_of(all.state, Tokens::token({}, true))->read_only);
    CHECK(rights_of(all.state, Tokens::token({Role::Customer, Role::Operator}))->roles ==
          std::set{Role::Customer});
}

TEST_CASE("without its account or its member a token is nobody's") {
    const Tokens all;
    ApiToken orphan = Tokens::token({});
    orphan.member = MemberName("anna");
    CHECK_FALSE(rights_of(all.state, orphan));
    orphan.account = AccountId("gone");
    orphan.member.reset();
    CHECK_FALSE(rights_of(all.state, orphan));
}

TEST_CASE("roles by name") {
    CHECK(names_of({Role::Customer, Role::Publisher}) == "customer, publisher");
    CHECK(beyond({Role::Host, Role::Customer}, {Role::Customer}) == std::set{Role::Host});
    CHECK(beyond({}, {}).empty());
}
