// A token never makes one that may more or lives under less limits than itself.
#include "master/domain/tokens.h"

#include <algorithm>

#include "common/base/random.h"
#include "master/domain/limits.h"
#include "master/domain/rights.h"
#include "tests/support/catch.h"
#include "tests/support/test_seed.h"
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
    CHECK(rights_of(all.state, all.token("acme"))->roles.contains(Role::Publisher));
    CHECK(rights_of(all.state, all.token("child"))->roles == std::set{Role::Customer});
    // It loses them: nothing is left of what the narrow one may.
    all.run(UpdateAccount{acme, {Role::Host}, {}});
    CHECK(rights_of(all.state, all.token("narrow"))->roles.empty());
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

namespace {

// What is wrong with any token, seen beside the one it was made with; empty: nothing.
std::string broken(const State& state) {
    for (const auto& [id, token] : state.tokens()) {
        const ApiToken* maker = state.tokens().get(token.made_by);
        if (maker == nullptr) continue;
        const auto may = rights_of(state, token)->roles;
        const auto gave = rights_of(state, *maker)->roles;
        if (token.expires_at > maker->expires_at) return id.str() + " outlives its maker";
        if (maker->read_only) return id.str() + " was made by what may read only";
        if (maker->account == boss) continue;  // operators may everything
        if (token.account != maker->account) return id.str() + " is of another account";
        if (!std::ranges::includes(gave, may)) return id.str() + " may more than its maker";
    }
    return "";
}

std::set<AccountRole> some_roles(SeededRng& rng) {
    std::set<AccountRole> roles;
    for (const Role role : {Role::Customer, Role::Host, Role::Publisher}) {
        if (rng.below(2) == 0) roles.insert(role);
    }
    return roles;
}

}  // namespace

TEST_CASE("whatever tokens make and accounts become, none may more than what made it") {
    const std::uint64_t seed = test::test_seed();
    INFO("TEST_SEED=" << seed);
    std::size_t made = 0;
    for (std::uint64_t life = 0; life < 30; ++life) {
        SeededRng rng{seed + life};
        Tokens all;
        for (int step = 0; step < 80; ++step) {
            std::vector<std::string> ids;
            for (const auto& [id, token] : all.state.tokens()) ids.push_back(id.str());
            const auto any = [&] { return ids[rng.below(ids.size())]; };
            const std::vector<AccountId> accounts{acme, boss, AccountId("eve")};
            CreateToken wish = all.wish("t" + std::to_string(step), any(), some_roles(rng),
                                        accounts[rng.below(accounts.size())]);
            wish.valid = Duration(static_cast<std::int64_t>(rng.below(3)) * hour);
            wish.read_only = rng.below(4) == 0;
            Command command = wish;
            if (const auto dice = rng.below(8); dice == 0) {
                command = RevokeToken{TokenId(any()), TokenId(any()), rng.below(2) == 0};
            } else if (dice == 1) {
                auto roles = some_roles(rng);
                roles.insert(Role::Customer);
                command = UpdateAccount{rng.below(2) == 0 ? acme : AccountId("eve"), roles, {}};
            }
            all.now = all.now + Duration(static_cast<std::int64_t>(rng.below(60'000)));
            if (!all.attempt(command).ok()) continue;
            all.run(command);
            made += command.is<CreateToken>() ? 1U : 0U;
            if (all.state.tokens().empty()) break;
            REQUIRE(broken(all.state) == "");
        }
    }
    CHECK(made > 100);
}
