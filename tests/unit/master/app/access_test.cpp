#include "master/app/access.h"

#include "common/tls/sha256.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

namespace {

constexpr WallTime noon{1'772'368'200'000};

State world() {
    State state{ClusterSettings{}, LineageId("l1")};
    Account account;
    account.name = AccountId("acme");
    account.roles = {AccountRole::Customer};
    ApiToken token;
    token.id = TokenId("abc");
    token.account = account.name;
    token.secret_hash = tls::sha256_hex("s3cret");
    token.expires_at = noon + Duration(1000);
    state.apply({Put<Account>{account}, Put<ApiToken>{token}}, Revision(1));
    return state;
}

std::string rule_of(const Error& failure) { return failure.details.front().value; }

}  // namespace

TEST_CASE("a token opens its account's door until it expires") {
    const State state = world();
    const auto caller = caller_of(state, "foyer_abc_s3cret", noon);
    REQUIRE(caller.ok());
    CHECK(caller.value().account == AccountId("acme"));
    CHECK(!caller.value().is_operator());
    const auto late = caller_of(state, "foyer_abc_s3cret", noon + Duration(1001));
    REQUIRE(!late.ok());
    CHECK(rule_of(late.failure()) == "token_expired");
}

TEST_CASE("before the rows are loaded no token is called unknown") {
    const State nothing{ClusterSettings{}};
    const auto caller = caller_of(nothing, "foyer_abc_s3cret", noon);
    REQUIRE(!caller.ok());
    CHECK(caller.failure().code == ErrorCode::Unavailable);
    CHECK(rule_of(caller.failure()) == "loading");
    CHECK(caller_of(nothing, "rubbish", noon).failure().code == ErrorCode::Unauthenticated);
}

TEST_CASE("wrong tokens are not told apart") {
    const State state = world();
    const Error wrong = caller_of(state, "foyer_abc_other", noon).failure();
    const std::string long_token = "foyer_abc_" + std::string(1000, 's');
    for (const std::string& bearer : {std::string("foyer_xyz_s3cret"), std::string("foyer_abc_"),
                                      std::string("foyer_abc"), std::string(), long_token}) {
        const auto caller = caller_of(state, bearer, noon);
        REQUIRE(!caller.ok());
        CHECK(caller.failure() == wrong);
    }
    CHECK(!bearer_of("Basic x").ok());
    CHECK(!bearer_of("").ok());
    CHECK(bearer_of("Bearer a").value() == "a");
}

TEST_CASE("a role opens exactly the routes that name it") {
    const Route* order = find_rpc_route("foyer.api.v1.InstanceService/OrderInstance");
    const Route* publish = find_rpc_route("foyer.api.v1.ReleaseService/PublishRelease");
    const Caller customer{AccountId("a"), {AccountRole::Customer}};
    const Caller operator_of_all{AccountId("o"), {AccountRole::Operator}};
    const Caller nobody{AccountId("n"), {}};
    CHECK(allow(*order, customer).ok());
    CHECK(allow(*publish, customer).failure().code == ErrorCode::PermissionDenied);
    for (const Route& route : routes::table) {
        CHECK(allow(route, operator_of_all).ok());
        CHECK(allow(route, nobody).ok() == (route.scope == Scope::Public));
    }
}
