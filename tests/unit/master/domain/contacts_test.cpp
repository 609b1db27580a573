#include "master/domain/contacts.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

const AccountId carl{"carl"};
const ContactId first{"c1"};
constexpr Duration day{std::int64_t{24} * 3600 * 1000};

AddContact addition(const ContactId& id = first, const std::string& address = "carl@example.org",
                    const AccountId& account = carl) {
    AddContact command;
    command.id = id;
    command.account = account;
    command.address = address;
    command.code_hash = "hash";
    command.code = Sealed("sealed");
    return command;
}

struct Listener {
    World world;
    Listener() {
        world.run(CreateAccount{carl, {AccountRole::Customer}});
        world.run(addition());
    }
    const Contact& row() const { return world.state.contacts().at(first); }
    MailProgress progress() const {
        return {
            first, row().last, row().mails, row().under_way, row().codes_made, false, std::nullopt,
            "",    0};
    }
    void note(const MailProgress& progress) { world.run(NoteMails{{progress}}); }
};

std::string refusal(const World& world, const Command& command, const std::string& key = "rule") {
    const auto refused = decide(world.state, command, world.now);
    REQUIRE_FALSE(refused.ok());
    for (const ErrorDetail& detail : refused.failure().details)
        if (detail.key == key) return detail.value;
    return refused.failure().message;
}

}  // namespace

TEST_CASE("an address is plain, so that it can end no line of a mail") {
    for (const char* good :
         {"a@b.fr", "anna.b+foyer@mail.example.org", "x_y-z=1@xn--bcher-kva.de"}) {
        CAPTURE(good);
        CHECK(check_mail_address(good).ok());
    }
    for (const char* bad : {"",
                            "a",
                            "@b.fr",
                            "a@",
                            "a@b",
                            "a@.fr",
                            "a@b..fr",
                            "a@-b.fr",
                            "a b@c.fr",
                            "a@b.fr\n",
                            "a@b.fr\r\nBcc: c@d.fr",
                            "\"a\"@b.fr",
                            "a@b@c.fr",
                            ".a@b.fr",
                            "a.@b.fr",
                            "a..b@c.fr",
                            "<a@b.fr>",
                            "a,c@b.fr",
                            "a;c@b.fr",
                            "\xc3\xa9@b.fr",
                            "a@b.fr.",
                            "a@[127.0.0.1]",
                            "a@b.fr\t",
                            "a`id`@b.fr"}) {
        CAPTURE(bad);
        CHECK_FALSE(check_mail_address(bad).ok());
    }
    CHECK_FALSE(check_mail_address(std::string(65, 'a') + "@b.fr").ok());
    CHECK_FALSE(check_mail_address("a@" + std::string(250, 'b') + ".fr").ok());
}

TEST_CASE("a contact is used once its code was given back, from then on") {
    Listener told;
    CHECK(state_of(told.row()) == ContactState::Waits);
    CHECK(refusal(told.world, ConfirmContact{{first, carl}, "other"}) == "wrong_code");
    told.world.run(CreateAccount{AccountId("dora"), {AccountRole::Host}});  // events go on
    told.world.run(ConfirmContact{{first, carl}, "hash"});
    CHECK(state_of(told.row()) == ContactState::On);
    CHECK(told.row().code_hash.empty());
    CHECK(told.row().code.empty());
    CHECK(told.row().last + 1 == told.world.state.last_event());  // its own event comes after it
    CHECK(refusal(told.world, ConfirmContact{{first, carl}, "hash"}) == "no_code");
    CHECK(refusal(told.world, RenewContactCode{{first, carl}, "h", Sealed("s")}) == "is_confirmed");
}

TEST_CASE("a code may be tried five times, for four hours") {
    Listener told;
    for (int i = 0; i < contact_code_tries_max; ++i) told.world.run(CountContactTry{{first, carl}});
    CHECK(refusal(told.world, CountContactTry{{first, carl}}) == "no_code");
    told.world.run(RenewContactCode{{first, carl}, "new", Sealed("s")});
    CHECK(told.row().code_tries == 0);
    told.world.run(CountContactTry{{first, carl}});
    told.world.now = told.world.now + contact_code_valid + Duration(1);
    CHECK(refusal(told.world, CountContactTry{{first, carl}}) == "no_code");
    CHECK(refusal(told.world, ConfirmContact{{first, carl}, "new"}) == "no_code");
}

TEST_CASE("codes are few: of a contact, of an account, to an address; also when it is removed") {
    Listener told;
    World& world = told.world;
    const auto renew = [&] { return Command(RenewContactCode{{first, carl}, "h", Sealed("s")}); };
    world.run(renew());
    world.run(renew());
    CHECK(refusal(world, renew()) == "codes_per_contact");
    // The same address again, by another account: three were mailed there today.
    world.run(CreateAccount{AccountId("eve"), {AccountRole::Customer}});
    const AddContact same = addition(ContactId("c9"), "carl@example.org", AccountId("eve"));
    CHECK(refusal(world, same) == "codes_per_address");
    world.run(RemoveContact{{first, carl}});
    CHECK(refusal(world, same) == "codes_per_address");
    for (const char* id : {"c2", "c3", "c4"}) {
        world.run(addition(ContactId(id), std::string(id) + "@example.org"));
        world.run(RemoveContact{{ContactId(id), carl}});
    }
    CHECK(refusal(world, addition(ContactId("c5"), "c5@example.org")) == "codes_per_account");
    CHECK(world.state.contacts().size() == 4);  // out of sight
    CHECK(find_contact(world.state, {ContactId("c2"), std::nullopt}) == nullptr);
    world.now = world.now + day;
    world.run(ForgetOld{});
    CHECK(world.state.contacts().empty());
    world.run(same);
}

TEST_CASE("an account has few contacts, each address once") {
    Listener told;
    CHECK(refusal(told.world, addition(ContactId("c2")), "field") == "address");
    for (const char* id : {"c2", "c3", "c4", "c5"})
        told.world.run(addition(ContactId(id), std::string(id) + "@example.org"));
    CHECK(refusal(told.world, addition(ContactId("c6"), "c6@example.org")) == "contacts_max");
}

TEST_CASE("another's contact is as if it were not there; an operator's is any") {
    Listener told;
    const ContactOf others{first, AccountId("eve")};
    for (const Command& command :
         {Command(ChangeContact{others, Language::French, {}}), Command(RemoveContact{others}),
          Command(RenewContactCode{others, "h", Sealed("s")}), Command(CountContactTry{others}),
          Command(ConfirmContact{others, "hash"})}) {
        const auto refused = decide(told.world.state, command, told.world.now);
        REQUIRE_FALSE(refused.ok());
        CHECK(refused.failure().code == ErrorCode::NotFound);
    }
    told.world.run(ChangeContact{{first, std::nullopt}, Language::French, {Topic::Box}});
    CHECK(told.row().language == Language::French);
    CHECK(told.row().topics == std::set{Topic::Box});
    const auto again =
        decide(told.world.state, ChangeContact{{first, carl}, Language::French, {Topic::Box}},
               told.world.now);
    REQUIRE(again.ok());
    CHECK(again.value().changes.empty());
}

TEST_CASE("how far mails are is taken, but never back, nor of an older code") {
    Listener told;
    told.world.run(ConfirmContact{{first, carl}, "hash"});
    MailProgress progress = told.progress();
    progress.under_way = progress.last + 3;
    told.note(progress);
    CHECK(told.row().under_way == progress.under_way);
    progress.last = progress.under_way;
    ++progress.mails;
    told.note(progress);
    CHECK(told.row().mails == 1);
    CHECK(told.row().under_way == 0);
    const Contact before = told.row();
    MailProgress late = progress;
    --late.last;
    told.note(late);
    MailProgress of_older_code = progress;
    --of_older_code.codes_made;
    of_older_code.failing_since = told.world.now;
    of_older_code.failure = "550";
    told.note(of_older_code);
    CHECK(told.row() == before);
}

TEST_CASE("a contact that is refused three times is switched off and its account told") {
    Listener told;
    told.world.run(ConfirmContact{{first, carl}, "hash"});
    MailProgress progress = told.progress();
    progress.failing_since = told.world.now;
    progress.failure = "550 no such user";
    progress.refused = mails_refused_max - 1;
    told.note(progress);
    CHECK(state_of(told.row()) == ContactState::On);
    progress.refused = mails_refused_max;
    told.note(progress);
    CHECK(state_of(told.row()) == ContactState::Off);
    const Event& event = told.world.state.recent_events().rbegin()->second;
    CHECK(event.kind == "contact_off");
    CHECK(event.owner == carl);
    // A new code begins anew.
    told.world.run(RenewContactCode{{first, carl}, "h2", Sealed("s")});
    CHECK(state_of(told.row()) == ContactState::Waits);
    told.world.run(ConfirmContact{{first, carl}, "h2"});
    CHECK(state_of(told.row()) == ContactState::On);
    CHECK(told.row().failure.empty());
}

TEST_CASE("contacts go with their account") {
    Listener told;
    told.world.run(DeleteAccount{carl, AccountId("operator")});
    CHECK(told.world.state.contacts().empty());
}
