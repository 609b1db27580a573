// People of an account: who may add them, what they may, and what goes with them.
#include "master/domain/members.h"

#include <algorithm>

#include "master/domain/logins.h"
#include "master/domain/rights.h"
#include "master/domain/tokens.h"
#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

using Role = AccountRole;
const AccountId acme("acme");
const AccountId eve("eve");
const MemberKey anna{acme, MemberName("anna")};
const MemberKey bert{acme, MemberName("bert")};

// acme is customer and host, boss the operator, eve somebody else; each with a full token.
struct People : World {
    People() {
        run(CreateAccount{acme, {Role::Customer, Role::Host}});
        run(CreateAccount{AccountId("boss"), {Role::Operator}});
        run(CreateAccount{eve, {Role::Customer}});
        for (const char* name : {"acme", "boss", "eve"})
            run(CreateToken{TokenId(name), AccountId(name), "00ff", "", Duration(864'000'000)});
    }
    void add(const MemberKey& key, MemberRights rights, const std::string& by = "acme") {
        run(CreateMember{key, std::move(rights), "invitation", TokenId(by)});
    }
    void join(const MemberKey& key) {
        run(AcceptInvitation{key, "invitation", "hash of " + key.second.str()});
    }
    void log_in(const MemberKey& key, const std::string& id) { run(session(key, id)); }
    static OpenSession session(const MemberKey& key, const std::string& id) {
        OpenSession command{key, {"hash of " + key.second.str(), {}}};
        command.id = TokenId(id);
        command.secret_hash = "00ff";
        return command;
    }
    // anna, who logged in as "a1".
    People& with_anna(MemberRights rights) {
        add(anna, std::move(rights));
        join(anna);
        log_in(anna, "a1");
        return *this;
    }
    CreateToken wish(const std::string& id, const std::string& maker) const {
        CreateToken command{TokenId(id), acme, "00ff", "", Duration(0)};
        command.maker = TokenId(maker);
        return command;
    }
    Rights rights(const std::string& token) const {
        return rights_of(state, state.tokens().at(TokenId(token))).value();
    }
    const master::Member& row(const MemberKey& key) const { return state.members().at(key); }
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

TEST_CASE("members are added by whoever manages the account, and by nobody else") {
    People all;
    all.add(anna, {{}, false, true});
    all.join(anna);
    all.log_in(anna, "a1");
    all.add(bert, {{Role::Host}, false, false}, "a1");
    all.join(bert);
    all.log_in(bert, "b1");
    const MemberKey carl{acme, MemberName("carl")};
    CHECK(all.rule(CreateMember{carl, {}, "x", TokenId("b1")}) == "manages");
    CHECK(all.rule(UpdateMember{anna, {}, TokenId("b1")}) == "manages");
    CHECK(all.rule(DeleteMember{anna, TokenId("b1")}) == "manages");
    CHECK(all.rule(InviteMember{anna, "x", TokenId("b1")}) == "manages");
    // Another account's is as none; an operator runs the cloud.
    CHECK(all.rule(CreateMember{carl, {}, "x", TokenId("eve")}) == "not_found");
    CHECK(all.rule(DeleteMember{anna, TokenId("eve")}) == "not_found");
    all.add(carl, {}, "boss");
    // A narrowed or reading token of the account does not manage.
    CreateToken narrow = all.wish("narrow", "acme");
    narrow.scopes = {Role::Customer};
    all.run(narrow);
    CreateToken reads = all.wish("reads", "acme");
    reads.read_only = true;
    all.run(reads);
    CHECK(all.rule(DeleteMember{carl, TokenId("narrow")}) == "manages");
    CHECK(all.rule(DeleteMember{carl, TokenId("reads")}) == "manages");
    CHECK(all.rule(CreateMember{carl, {}, "x", TokenId("gone")}) == "token_unknown");
}

TEST_CASE("who manages is neither narrowed nor read only; nobody gets what the account has not") {
    People all;
    CHECK(all.rule(CreateMember{anna, {{Role::Host}, false, true}, "x", TokenId("acme")}) ==
          "manages");
    CHECK(all.rule(CreateMember{anna, {{}, true, true}, "x", TokenId("acme")}) == "manages");
    CHECK(all.rule(CreateMember{anna, {{Role::Operator}, false, false}, "x", TokenId("acme")}) ==
          "scope_of_account");
}

TEST_CASE("names of members") {
    for (const char* good : {"a", "anna", "anna.b-c_d+e@acme.example", "0"})
        CHECK(check_member_name(good).ok());
    for (const char* bad : {"", "Anna", "-a", "@a", "a b", "a/b", "a\n", "ä"})
        CHECK_FALSE(check_member_name(bad).ok());
    CHECK(check_member_name(std::string(64, 'a')).ok());
    CHECK_FALSE(check_member_name(std::string(65, 'a')).ok());
}

TEST_CASE("what a session may is what its member may now") {
    People all;
    all.with_anna({});
    CHECK(all.rights("a1").roles == std::set{Role::Customer, Role::Host});
    CHECK_FALSE(all.rights("a1").manages);
    all.run(UpdateMember{anna, {{Role::Host}, true, false}, TokenId("acme")});
    CHECK(all.rights("a1").roles == std::set{Role::Host});
    CHECK(all.rights("a1").read_only);
    // Its account loses the role, and so it does.
    all.run(UpdateAccount{acme, {Role::Customer}, {}});
    CHECK(all.rights("a1").roles.empty());
}

TEST_CASE("tokens a person makes are the person's, and go with the membership") {
    People all;
    all.with_anna({});
    all.run(all.wish("hers", "a1"));
    CHECK(all.state.tokens().at(TokenId("hers")).member == anna.second);
    // They outlive the session that made them, which is short.
    CHECK(all.state.tokens().at(TokenId("hers")).expires_at >
          all.state.tokens().at(TokenId("a1")).expires_at);
    all.run(UpdateMember{anna, {{Role::Host}, false, false}, TokenId("acme")});
    CHECK(all.rights("hers").roles == std::set{Role::Host});
    all.run(DeleteMember{anna, TokenId("acme")});
    CHECK_FALSE(all.has("hers"));
    CHECK_FALSE(all.has("a1"));
    CHECK(all.has("acme"));
}

TEST_CASE("a member sees and revokes its own tokens; who manages, all") {
    People all;
    all.with_anna({});
    all.add(bert, {{}, false, true});
    all.join(bert);
    all.log_in(bert, "b1");
    const auto sees = [&](const char* by, const char* token) {
        return may_see(all.state, all.state.tokens().at(TokenId(by)),
                       all.state.tokens().at(TokenId(token)));
    };
    CHECK(sees("a1", "a1"));
    CHECK_FALSE(sees("a1", "b1"));
    CHECK_FALSE(sees("a1", "acme"));
    CHECK(sees("b1", "a1"));
    CHECK(sees("b1", "acme"));
    CHECK(sees("acme", "b1"));
    CHECK(all.rule(RevokeToken{TokenId("b1"), TokenId("a1")}) == "not_found");
    all.run(RevokeToken{TokenId("a1"), TokenId("b1")});
    CHECK_FALSE(all.has("a1"));
}

TEST_CASE("with a token that was stolen go the members that were added with it") {
    People all;
    all.run(all.wish("stolen", "acme"));
    all.add(anna, {{}, false, true}, "stolen");
    all.join(anna);
    all.log_in(anna, "a1");
    all.run(all.wish("hers", "a1"));
    all.add(bert, {}, "hers");
    all.run(RevokeToken{TokenId("stolen"), TokenId("acme"), true});
    for (const char* token : {"stolen", "a1", "hers"}) CHECK_FALSE(all.has(token));
    CHECK(all.state.members().empty());
    CHECK(all.has("acme"));
}

TEST_CASE("an account goes with its members") {
    People all;
    all.with_anna({});
    all.run(DeleteAccount{acme, AccountId("boss")});
    CHECK(all.state.members().empty());
    CHECK_FALSE(all.has("a1"));
}
