// A token never makes one that may more or lives under less limits than itself.
#include "master/domain/tokens.h"

#include "master/domain/limits.h"
#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

using Role = AccountRole;
constexpr Duration hour{3'600'000};
const AccountId acme("acme");
const AccountId boss("boss");

// acme is customer and host, boss the operator, eve somebody else; each with a full token of the
// master's.
struct Tokens : World {
    Tokens() {
        run(CreateAccount{acme, {Role::Customer, Role::Host}});
        run(CreateAccount{boss, {Role::Operator}});
        run(CreateAccount{AccountId("eve"), {Role::Customer}});
        for (const char* name : {"acme", "boss", "eve"})
            run(CreateToken{TokenId(name), AccountId(name), "00ff", "", limits::of_days(100)});
    }

    CreateToken wish(const std::string& id, const std::string& maker,
                     std::set<AccountRole> scopes = {}, const AccountId& account = acme) const {
        CreateToken command{TokenId(id), account, "00ff", "", Duration(0)};
        command.scopes = std::move(scopes);
        command.maker = TokenId(maker);
        return command;
    }
    const ApiToken& make(const CreateToken& command) {
        run(command);
        return token(command.id.str());
    }
    const ApiToken& token(const std::string& id) const { return state.tokens().at(TokenId(id)); }
    bool has(const std::string& id) const { return state.tokens().contains(TokenId(id)); }
    std::string rule(const Command& command) const {
        const auto decided = attempt(command);
        if (decided.ok()) return "";
        const auto& details = decided.failure().details;
        return details.empty() ? std::string(to_text(decided.failure().code))
                               : details.front().value;
    }
};

}  // namespace

TEST_CASE("a token gives what it may itself, and no more") {
    Tokens all;
    CHECK(all.make(all.wish("narrow", "acme", {Role::Customer})).scopes ==
          std::set{Role::Customer});
    CHECK(all.make(all.wish("child", "narrow")).scopes == std::set{Role::Customer});
    CHECK(all.rule(all.wish("more", "narrow", {Role::Host})) == "scope");
    CHECK(all.rule(all.wish("more", "narrow", {Role::Customer, Role::Host})) == "scope");
    CHECK(all.rule(all.wish("more", "acme", {Role::Operator})) == "scope");
    CHECK(all.token("child").made_by == TokenId("narrow"));
    // Its account gets a role: the full token has it, the narrow one and its child have not.
    all.run(UpdateAccount{acme, {Role::Customer, Role::Host, Role::Publisher}, {}});
    const Account& account = all.state.accounts().at(acme);
    CHECK(roles_of(all.token("acme"), account).contains(Role::Publisher));
    CHECK(roles_of(all.token("child"), account) == std::set{Role::Customer});
    // It loses them: nothing is left of what the narrow one may.
    all.run(UpdateAccount{acme, {Role::Host}, {}});
    CHECK(roles_of(all.token("narrow"), all.state.accounts().at(acme)).empty());
}

TEST_CASE("what may read only makes no token") {
    Tokens all;
    CreateToken command = all.wish("reader", "acme");
    command.read_only = true;
    CHECK(all.make(command).read_only);
    CHECK(all.rule(all.wish("writer", "reader")) == "scope");
}

TEST_CASE("a token lives no longer than the one it is made with") {
    Tokens all;
    CreateToken command = all.wish("short", "acme");
    command.valid = hour;
    const WallTime end = all.make(command).expires_at;
    CHECK(end == all.now + hour);
    CHECK(all.make(all.wish("child", "short")).expires_at == end);
    command = all.wish("long", "short");
    command.valid = hour + Duration(1);
    CHECK(all.rule(command) == "outlives_maker");
    command.valid = hour;
    CHECK(all.make(command).expires_at == end);
    // An operator is no exception, for whomever he makes it.
    command = all.wish("longest", "boss");
    command.valid = limits::of_days(101);
    CHECK(all.rule(command) == "outlives_maker");
}

TEST_CASE("others' accounts are as if they were not there, and an operator's to serve") {
    Tokens all;
    const auto foreign = all.attempt(all.wish("x", "eve", {}, acme));
    const auto unknown = all.attempt(all.wish("x", "eve", {}, AccountId("nobody")));
    CHECK(foreign.failure().code == ErrorCode::NotFound);
    CHECK(unknown.failure().code == ErrorCode::NotFound);
    CHECK(all.make(all.wish("given", "boss")).scopes.empty());
    CHECK(all.make(all.wish("part", "boss", {Role::Host})).scopes == std::set{Role::Host});
    CHECK(all.rule(all.wish("wrong", "boss", {Role::Publisher})) == "scope_of_account");
    // An operator's token without that scope is nobody's operator.
    all.run(UpdateAccount{boss, {Role::Operator, Role::Customer}, {}});
    all.run(all.wish("plain", "boss", {Role::Customer}, boss));
    CHECK(all.attempt(all.wish("x", "plain")).failure().code == ErrorCode::NotFound);
    CHECK(all.rule(all.wish("x", "plain", {Role::Operator}, boss)) == "scope");
}

TEST_CASE("an account has so many living tokens and no more") {
    Tokens all;
    for (int i = 1; i < limits::tokens_max; ++i) all.run(all.wish(std::to_string(i), "acme"));
    CHECK(all.rule(all.wish("more", "acme")) == "tokens_max");
    CHECK(all.attempt(all.wish("more", "acme")).failure().code == ErrorCode::ResourceExhausted);
    CHECK(all.rule(all.wish("others", "eve", {}, AccountId("eve"))).empty());
    all.run(RevokeToken{TokenId("7"), TokenId("acme")});
    CHECK(all.rule(all.wish("more", "acme")).empty());
}

TEST_CASE("a revoked token is gone, and what it made only if that is asked for") {
    Tokens all;
    all.run(all.wish("a", "acme"));
    all.run(all.wish("b", "a"));
    all.run(all.wish("c", "b"));
    all.run(RevokeToken{TokenId("a"), TokenId("acme")});
    CHECK_FALSE(all.has("a"));
    CHECK(all.has("b"));
    CHECK(all.rule(RevokeToken{TokenId("a"), TokenId("acme")}) == "not_found");
    CHECK(all.run(RevokeToken{TokenId("b"), TokenId("acme"), true}).revoked ==
          std::vector{TokenId("b"), TokenId("c")});
    CHECK_FALSE(all.has("c"));
    CHECK(all.rule(all.wish("x", "b")) == "token_unknown");
    CHECK(all.rule(RevokeToken{TokenId("acme"), TokenId("b")}) == "token_unknown");
    CHECK(all.state.recent_events().rbegin()->second.kind == "token_revoked");
}

TEST_CASE("nobody revokes another's token, or one that may more than his") {
    Tokens all;
    const auto foreign = all.attempt(RevokeToken{TokenId("acme"), TokenId("eve")});
    const auto unknown = all.attempt(RevokeToken{TokenId("amce"), TokenId("eve")});
    CHECK(foreign.failure().code == unknown.failure().code);
    CHECK(foreign.failure().details == unknown.failure().details);
    all.run(all.wish("narrow", "acme", {Role::Customer}));
    CHECK(all.rule(RevokeToken{TokenId("acme"), TokenId("narrow")}) == "scope");
    CHECK(all.rule(RevokeToken{TokenId("narrow"), TokenId("narrow")}).empty());
    CHECK(all.rule(RevokeToken{TokenId("narrow"), TokenId("acme")}).empty());
    CHECK(all.rule(RevokeToken{TokenId("acme"), TokenId("boss")}).empty());
}

TEST_CASE("a token that ended is forgotten after a while") {
    Tokens all;
    CreateToken command = all.wish("short", "acme");
    command.valid = hour;
    all.run(command);
    all.now = all.now + hour + Duration(1);
    all.run(ForgetOld{{}, {}, {}, all.now + -hour});
    CHECK(all.has("short"));
    all.run(ForgetOld{{}, {}, {}, all.now});
    CHECK_FALSE(all.has("short"));
    CHECK(all.has("acme"));
    CHECK(all.state.aged_tokens().size() == all.state.tokens().size());
}
