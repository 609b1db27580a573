// Logins: what was proved must still be so; codes are taken once; sessions are few.
#include "master/domain/logins.h"

#include "master/domain/members.h"
#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

const AccountId acme("acme");
const MemberKey anna{acme, MemberName("anna")};

// anna of acme, who accepted: her password's hash is "h1".
struct Logins : World {
    Logins() {
        run(CreateAccount{acme, {AccountRole::Customer}});
        run(CreateToken{TokenId("acme"), acme, "00ff", "", Duration(864'000'000)});
        run(CreateMember{anna, {}, "invitation", TokenId("acme")});
        run(AcceptInvitation{anna, "invitation", "h1"});
    }
    static OpenSession with(const std::string& hash, const std::string& id, std::int64_t step = 0) {
        OpenSession command{anna, {hash, {}}};
        command.totp_step = step;
        command.id = TokenId(id);
        command.secret_hash = "00ff";
        return command;
    }
    static OpenSession as(const OidcIdentity& who, const std::string& id) {
        OpenSession command = with("", id);
        command.proof.identity = who;
        return command;
    }
    const master::Member& row() const { return state.members().at(anna); }
    bool has(const std::string& id) const { return state.tokens().contains(TokenId(id)); }
    std::string rule(const Command& command) const {
        const auto decided = attempt(command);
        return decided.ok() ? "" : decided.failure().details.front().value;
    }
};

}  // namespace

TEST_CASE("an invitation is good once, and not for ever") {
    Logins all;
    CHECK(all.rule(AcceptInvitation{anna, "invitation", "h2"}) == "invitation_refused");
    all.run(InviteMember{anna, "second", TokenId("acme")});
    CHECK(all.rule(AcceptInvitation{anna, "invitation", "h2"}) == "invitation_refused");
    all.now = all.now + invitation_valid;
    CHECK(all.rule(AcceptInvitation{anna, "second", "h2"}) == "");
    all.now = all.now + Duration(1);
    CHECK(all.rule(AcceptInvitation{anna, "second", "h2"}) == "invitation_refused");
}

TEST_CASE("the password that was checked must still be the one") {
    Logins all;
    all.run(Logins::with("h1", "s1"));
    CHECK(all.state.tokens().at(TokenId("s1")).session);
    CHECK(all.row().last_login_at == all.now);
    CHECK(all.rule(Logins::with("h0", "s2")) == "login_refused");
    CHECK(all.rule(Logins::with("", "s2")) == "login_refused");
    all.run(ChangePassword{TokenId("s1"), "h1", "h2"});
    CHECK(all.rule(Logins::with("h1", "s2")) == "login_refused");
    CHECK(all.rule(ChangePassword{TokenId("s1"), "h1", "h3"}) == "login_refused");
    CHECK(all.rule(ChangePassword{TokenId("acme"), "h2", "h3"}) == "session_needed");
}

TEST_CASE("another password ends the other sessions; a new invitation accepted ends all") {
    Logins all;
    all.run(Logins::with("h1", "s1"));
    all.run(Logins::with("h1", "s2"));
    all.run(ChangePassword{TokenId("s1"), "h1", "h2"});
    CHECK(all.has("s1"));
    CHECK_FALSE(all.has("s2"));
    all.run(InviteMember{anna, "again", TokenId("acme")});
    all.run(Logins::with("h2", "s3"));  // what was chosen stays until it is accepted
    all.run(AcceptInvitation{anna, "again", "h9"});
    CHECK_FALSE(all.has("s1"));
    CHECK_FALSE(all.has("s3"));
}

TEST_CASE("the oldest session makes room for a new one") {
    Logins all;
    for (int number = 0; number < sessions_per_member_max + 3; ++number) {
        all.now = all.now + Duration(1'000);
        all.run(Logins::with("h1", "s" + std::to_string(number)));
    }
    CHECK_FALSE(all.has("s2"));
    CHECK(all.has("s3"));
    CHECK(all.has("s12"));
    all.now = all.now + session_valid + Duration(1);
    all.run(Logins::with("h1", "fresh"));
    CHECK_FALSE(all.has("s12"));  // over, so forgotten
}

TEST_CASE("a code is asked for once it was confirmed, and none is taken twice") {
    Logins all;
    all.run(Logins::with("h1", "s1"));
    all.run(StartTotp{TokenId("s1"), "h1", Sealed("seed")});
    CHECK(all.rule(Logins::with("h1", "s2")) == "");  // not confirmed yet
    CHECK(all.rule(ConfirmTotp{TokenId("s1"), Sealed("other"), 100}) == "totp_refused");
    all.run(ConfirmTotp{TokenId("s1"), Sealed("seed"), 100});
    CHECK(all.row().totp_on);
    CHECK(all.rule(Logins::with("h1", "s2")) == "totp_needed");
    CHECK(all.rule(Logins::with("h1", "s2", 100)) == "login_refused");
    all.run(Logins::with("h1", "s2", 101));
    CHECK(all.rule(Logins::with("h1", "s3", 101)) == "login_refused");
    CHECK(all.rule(StartTotp{TokenId("s1"), "h1", Sealed("x")}) == "totp_on");
    CHECK(all.rule(RemoveTotp{TokenId("s1"), "h1", 101}) == "totp_refused");
    CHECK(all.rule(RemoveTotp{TokenId("s1"), "h0", 102}) == "login_refused");
    all.run(RemoveTotp{TokenId("s1"), "h1", 102});
    CHECK_FALSE(all.row().totp_on);
    CHECK(all.row().totp.empty());
    CHECK(all.rule(RemoveTotp{TokenId("s1"), "h1", 103}) == "totp_off");
}

TEST_CASE("who the provider vouches for gets in, once the two were tied together freshly") {
    Logins all;
    const OidcIdentity her{"https://login.example", "anna-1"};
    CHECK(all.rule(Logins::as(her, "s1")) == "login_refused");
    CHECK(all.rule(Logins::as({}, "s1")) == "login_refused");
    all.run(Logins::with("h1", "s1"));
    all.run(LinkIdentity{TokenId("s1"), her});
    all.run(Logins::as(her, "s2"));
    CHECK(all.rule(Logins::as({"https://other.example", "anna-1"}, "s3")) == "login_refused");
    all.now = all.now + fresh_login + Duration(1);
    CHECK(all.rule(LinkIdentity{TokenId("s1"), {"https://login.example", "x"}}) == "fresh_login");
    // Nobody else of the account may be the same person there.
    const MemberKey bert{acme, MemberName("bert")};
    all.run(CreateMember{bert, {}, "i", TokenId("acme")});
    all.run(AcceptInvitation{bert, "i", "b1"});
    OpenSession session = Logins::with("b1", "b");
    session.key = bert;
    all.run(session);
    CHECK(all.rule(LinkIdentity{TokenId("b"), her}) == "identity_taken");
}

TEST_CASE("a session ends itself; a token of a program is none") {
    Logins all;
    all.run(Logins::with("h1", "s1"));
    CHECK(all.rule(CloseSession{TokenId("acme")}) == "session_needed");
    all.run(CloseSession{TokenId("s1")});
    CHECK_FALSE(all.has("s1"));
}
