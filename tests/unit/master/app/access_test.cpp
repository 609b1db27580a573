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

TEST_CASE("a token's scopes narrow its account, and the refusal says which one is missing") {
    State state = world();
    Account account = state.accounts().at(AccountId("acme"));
    account.roles = {AccountRole::Customer, AccountRole::Operator};
    ApiToken token = state.tokens().at(TokenId("abc"));
    token.scopes = {AccountRole::Customer};
    token.read_only = true;
    state.apply({Put<Account>{account}, Put<ApiToken>{token}}, Revision(2));
    const Caller caller = caller_of(state, "foyer_abc_s3cret", noon).value();
    CHECK_FALSE(caller.is_operator());
    CHECK(caller.account_roles == account.roles);
    const Route& order = *find_rpc_route("foyer.api.v1.InstanceService/OrderInstance");
    const Route& list = *find_rpc_route("foyer.api.v1.InstanceService/ListInstances");
    const Route& accounts = *find_rpc_route("foyer.api.v1.AccountService/ListAccounts");
    const auto missing = [&](const Route& route) {
        const Status said = allow(route, caller);
        return said.ok()
                   ? ""
                   : said.failure().details.at(0).value + " " + said.failure().details.at(1).value;
    };
    CHECK(missing(list).empty());
    CHECK(missing(order) == "scope write");
    CHECK(missing(accounts) == "scope operator");
    for (const Route& route : routes::table) {
        INFO(route.path);
        // How he himself gets in is his own matter, also of who may read only.
        const bool own = route.own_login || route.scope == Scope::Public;
        if (route.write) CHECK(allow(route, caller).ok() == own);
    }
    // What its account cannot do either is no matter of scopes.
    account.roles = {AccountRole::Customer};
    state.apply({Put<Account>{account}}, Revision(3));
    const Caller plain = caller_of(state, "foyer_abc_s3cret", noon).value();
    CHECK(allow(accounts, plain).failure().details.at(0).value == "role");
    // And what the account lost, no scope gives back.
    account.roles = {AccountRole::Host};
    state.apply({Put<Account>{account}}, Revision(4));
    CHECK(caller_of(state, "foyer_abc_s3cret", noon).value().roles.empty());
}

TEST_CASE("a revoked token is answered as one that never was") {
    State state = world();
    CHECK(check_still_known(state, TokenId("abc")).ok());
    CHECK(check_still_known(state, TokenId()).ok());
    state.apply({DropToken{TokenId("abc")}}, Revision(2));
    CHECK(caller_of(state, "foyer_abc_s3cret", noon).failure() ==
          caller_of(state, "foyer_xyz_s3cret", noon).failure());
    CHECK(check_still_known(state, TokenId("abc")).failure().code == ErrorCode::Unauthenticated);
}
