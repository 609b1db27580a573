#include "master/domain/webhooks.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

const WebhookKey shop{AccountId("carl"), WebhookName("shop")};

CreateWebhook creation(const WebhookKey& key = shop) {
    CreateWebhook command;
    command.webhook.account = key.first;
    command.webhook.name = key.second;
    command.webhook.url = "https://hooks.example.com/foyer";
    command.webhook.secret = Sealed("sealed");
    return command;
}

struct Listener {
    World world;
    Listener() {
        world.run(CreateAccount{shop.first, {AccountRole::Customer}});
        world.run(creation());
    }
    const Webhook& row() const { return world.state.webhooks().at(shop); }
    WebhookProgress progress(std::int64_t deliveries) const {
        return {shop,
                row().created_at,
                row().last + deliveries,
                row().deliveries + deliveries,
                std::nullopt,
                ""};
    }
    void note(const WebhookProgress& progress) { world.run(NoteWebhooks{{progress}}); }
    void fail_since(WallTime since) {
        WebhookProgress one = progress(0);
        one.failing_since = since;
        one.failure = "answered 500";
        note(one);
    }
};

}  // namespace

TEST_CASE("a webhook begins at the present, whatever is asked") {
    World world;
    world.run(CreateAccount{shop.first, {AccountRole::Customer}});
    CreateWebhook command = creation();
    command.webhook.deliveries = 7;
    command.webhook.off_at = world.now;
    world.run(command);
    const Webhook& row = world.state.webhooks().at(shop);
    CHECK(row.last == world.state.last_event());
    CHECK(row.deliveries == 0);
    CHECK_FALSE(row.off_at);
    CHECK(row.created_at == world.now);
}

TEST_CASE("names are of one account, and there are no more than ten of them") {
    Listener told;
    CHECK(told.world.attempt(creation()).failure().code == ErrorCode::AlreadyExists);
    told.world.run(CreateAccount{AccountId("dora"), {AccountRole::Customer}});
    told.world.run(creation({AccountId("dora"), shop.second}));
    for (int i = 1; i < 10; ++i)
        told.world.run(creation({shop.first, WebhookName("shop-" + std::to_string(i))}));
    const auto more = told.world.attempt(creation({shop.first, WebhookName("more")}));
    REQUIRE(!more.ok());
    CHECK(more.failure().code == ErrorCode::ResourceExhausted);
    CHECK(told.world.attempt(creation({AccountId("dora"), WebhookName("more")})).ok());
    told.world.run(DeleteWebhook{shop});
    CHECK(told.world.attempt(creation({shop.first, WebhookName("more")})).ok());
    CHECK(told.world.attempt(DeleteWebhook{shop}).failure().code == ErrorCode::NotFound);
}

TEST_CASE("an address is https, with a host, without a user") {
    for (const char* good :
         {"https://a.example", "https://a.example:8443/x?y=z", "https://[2001:db8::1]/",
          "https://[2001:db8::1]:1/", "https://192.0.2.1/%20"})
        CHECK(check_webhook_url(good).ok());
    for (const char* bad :
         {"", "http://a.example", "HTTPS://a.example", "https://", "https:///x",
          "https://u@a.example", "https://a.example#x", "https://a.example:0",
          "https://a.example:65536", "https://a b", "https://a.example\\@b.example/",
          "https://a.example\r\nx: y", "https://[::1", "https://[]/", "https://a_b.example",
          "https://a.example:80:80", "file:///etc/passwd", "https://\xc3\xa9.example"}) {
        INFO(bad);
        CHECK_FALSE(check_webhook_url(bad).ok());
    }
    CHECK_FALSE(check_webhook_url("https://a/" + std::string(webhook_url_bytes_max, 'a')).ok());
}

TEST_CASE("what an account may not hear of, its webhook does not") {
    Listener told;
    const auto filter = filter_of(told.world.state, told.row());
    REQUIRE(filter);
    CHECK(filter->owner == shop.first);
    told.world.run(CreateAccount{AccountId("olga"), {AccountRole::Operator}});
    Webhook row = told.row();
    row.account = AccountId("olga");
    CHECK_FALSE(filter_of(told.world.state, row)->owner);
    row.account = AccountId("gone");
    CHECK_FALSE(filter_of(told.world.state, row));
}

TEST_CASE("progress is kept, never goes back, and is of this webhook") {
    Listener told;
    const std::int64_t before = told.row().last;
    told.note(told.progress(3));
    CHECK(told.row().deliveries == 3);
    CHECK(told.row().last == before + 3);
    told.note({shop, told.row().created_at, before, 1, std::nullopt, ""});
    CHECK(told.row().deliveries == 3);
    // Of one that was deleted and made again under the name.
    told.note({shop, WallTime{1}, before + 9, 9, std::nullopt, ""});
    CHECK(told.row().deliveries == 3);
    // And what says nothing new is no commit.
    CHECK(told.world.attempt(NoteWebhooks{{told.progress(0)}}).value().changes.empty());
}

TEST_CASE("a webhook that fails for three days is switched off, and its account is told") {
    Listener told;
    const WallTime since = told.world.now;
    told.fail_since(since);
    CHECK(told.row().failing_since == since);
    told.world.now = since + webhook_patience + Duration(-1);
    told.fail_since(since);
    CHECK_FALSE(told.row().off_at);
    told.world.now = since + webhook_patience;
    told.fail_since(since);
    CHECK(told.row().off_at == told.world.now);
    const Event& event = told.world.state.recent_events().at(told.world.state.last_event());
    CHECK(event.kind == "webhook_off");
    CHECK(event.owner == shop.first);
    CHECK(event.message.find("answered 500") != std::string::npos);
    const std::int64_t stopped = told.row().last;
    told.world.run(EnableWebhook{shop});
    CHECK_FALSE(told.row().off_at);
    CHECK_FALSE(told.row().failing_since);
    CHECK(told.row().last == stopped);  // nothing is left out
    CHECK(told.world.attempt(EnableWebhook{shop}).value().changes.empty());
}
