#include "node-agent/domain/mail_gate.h"

#include "common/base/base64.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

const std::string acme_address = "fd50:f0e:1:a::1";
const std::string shop_address = "fd50:f0e:1:b::1";
constexpr WallTime noon{std::int64_t{20'000} * 24 * 3600 * 1000 + 43'200'000};

DkimKey key(const std::string& domain) { return {domain, "foyer-1", "PEM of " + domain}; }

EdgeRoute route(const std::string& name, const std::string& source, int per_day_max = 10) {
    EdgeRoute made;
    made.hostname = name + ".cloud.example";
    made.instance = InstanceName(name);
    made.mail = RouteMail{{source}, {}, per_day_max};
    return made;
}

NodeSettings edge() {
    NodeSettings settings;
    settings.edge = true;
    settings.zone = "cloud.example";
    settings.mail_relay = MailRelaySettings{"fd50:f0e:1::19", key("cloud.example")};
    return settings;
}

// As inet_pton would.
std::optional<std::string> read_address(const std::string& text) {
    if (text == "odd") return std::nullopt;
    return text == "fd50:0f0e:1:a:0::1" ? acme_address : text;
}

struct Gate {
    std::map<std::string, EdgeRoute> routes;
    NodeSettings settings = edge();
    MailBook book;
    MailRules rules;
    WallTime now = noon;

    Gate() {
        add(route("acme", acme_address));
        add(route("shop", shop_address));
        routes.at("acme.cloud.example").mail->keys = {key("acme.example")};
    }
    void add(EdgeRoute one) { routes[one.hostname] = std::move(one); }

    std::string ask(const MailQuestion& asked) {
        return judge_mail(mail_plan(settings, routes, read_address), asked, rules, book, now);
    }
    std::string sender(const std::string& source, const std::string& from) {
        return ask({source, from, std::nullopt});
    }
    std::string message(const std::string& from, int recipients = 1) {
        return ask({acme_address, from, MailQuestion::Message{recipients, {from}}});
    }
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a copy sends as its instance's hostname and its customer's domains, each with its key") {
    Gate gate;
    CHECK(gate.sender(acme_address, "erp@acme.cloud.example") == "ok acme cloud.example foyer-1");
    CHECK(gate.sender(acme_address, "Bob@ACME.example") == "ok acme acme.example foyer-1");
    CHECK(gate.sender(shop_address, "x@shop.cloud.example") == "ok shop cloud.example foyer-1");
    CHECK(gate.message("erp@acme.example") == "ok acme acme.example foyer-1");
}

TEST_CASE("who speaks is told by the address alone, in whatever text it is written") {
    Gate gate;
    gate.routes.at("acme.cloud.example").mail->sources = {"odd", "fd50:0f0e:1:a:0::1"};
    CHECK(gate.sender(acme_address, "a@acme.example").starts_with("ok acme "));
    for (const char* stranger : {"fd50:f0e:1:c::1", "::1", "", "198.18.1.1", "odd"})
        CHECK(gate.sender(stranger, "a@acme.example").starts_with("550 5.7.1 "));
    CHECK(gate.book.strangers == 5);
}

TEST_CASE("an address that two instances claim is nobody's") {
    Gate gate;
    gate.routes.at("shop.cloud.example").mail->sources = {acme_address};
    CHECK(gate.sender(acme_address, "a@acme.example").starts_with("550 "));
}

TEST_CASE("another's domain is refused, of the envelope and of the From line") {
    Gate gate;
    for (const char* foreign : {"a@shop.cloud.example", "a@evil.example", "a@sub.acme.example",
                                "a@cloud.example", "acme.example", "a@xacme.example", "a@"}) {
        const std::string said = gate.sender(acme_address, foreign);
        INFO(foreign);
        CHECK(said.starts_with("550 5.7.1 "));
        CHECK(contains(said, "@acme.example"));  // what it may be instead
        CHECK(contains(said, "foyer domain add"));
    }
    const auto from = [&](std::vector<std::string> lines) {
        return gate.ask(
            {acme_address, "a@acme.example", MailQuestion::Message{1, std::move(lines)}});
    };
    CHECK(from({"a@shop.cloud.example"}).starts_with("550 5.7.1 "));
    CHECK(from({}).starts_with("550 5.6.0 "));
    CHECK(from({"a@acme.example", "b@evil.example"}).starts_with("550 5.6.0 "));
    CHECK(gate.book.counts.at(InstanceName("acme")).accepted == 0);
    CHECK(gate.book.counts.at(InstanceName("acme")).refused == 10);
}

TEST_CASE("what a reader sees is what is signed") {
    Gate gate;
    CHECK(gate.ask({acme_address, "bounces@acme.cloud.example",
                    MailQuestion::Message{1, {"a@acme.example"}}}) ==
          "ok acme acme.example foyer-1");
}

TEST_CASE("a sender is needed: there is no way back to nobody") {
    Gate gate;
    CHECK(gate.sender(acme_address, "").starts_with("550 5.7.1 "));
}

TEST_CASE("recipients of a day are counted, for each instance, and begin anew with the day") {
    Gate gate;
    CHECK(gate.message("a@acme.example", 7).starts_with("ok "));
    const std::string many = gate.message("a@acme.example", 4);
    CHECK(many.starts_with("452 4.7.1 "));
    CHECK(contains(many, "10 recipients a day and has written to 7; this message has 4"));
    CHECK(gate.message("a@acme.example", 3).starts_with("ok "));
    // At MAIL already: nobody sends a whole message in vain.
    CHECK(gate.sender(acme_address, "a@acme.example").starts_with("452 4.7.1 "));
    CHECK(gate.sender(shop_address, "a@shop.cloud.example").starts_with("ok "));
    gate.now = gate.now + Duration(43'200'000);
    CHECK(gate.message("a@acme.example", 10).starts_with("ok "));
    // A clock that goes back gives nothing back.
    gate.now = noon;
    CHECK(gate.message("a@acme.example").starts_with("452 "));
}

TEST_CASE("a full queue puts everybody off") {
    Gate gate;
    gate.rules.queue_full = true;
    CHECK(gate.sender(acme_address, "a@acme.example").starts_with("452 4.3.1 "));
}

TEST_CASE("without its key a domain sends nothing, never unsigned") {
    Gate gate;
    gate.routes.at("acme.cloud.example").mail->keys[0].private_key.clear();
    CHECK(gate.sender(acme_address, "a@acme.example").starts_with("550 "));
    CHECK(gate.sender(acme_address, "a@acme.cloud.example").starts_with("ok "));
    gate.settings.mail_relay->zone_key.private_key.clear();
    const std::string said = gate.sender(acme_address, "a@acme.cloud.example");
    CHECK(said.starts_with("550 "));
    CHECK(contains(said, "its keys are not here"));
}

TEST_CASE("no customer's key stands for the zone or for another instance's hostname") {
    Gate gate;
    gate.routes.at("acme.cloud.example").mail->keys = {key("cloud.example"),
                                                       key("shop.cloud.example")};
    CHECK(gate.sender(acme_address, "a@cloud.example").starts_with("550 "));
    CHECK(gate.sender(acme_address, "a@shop.cloud.example").starts_with("550 "));
    CHECK(mail_plan(gate.settings, gate.routes, read_address).keys.size() == 1);
}

TEST_CASE("a box that is no edge, and an older master, relay nothing") {
    Gate gate;
    gate.settings.edge = false;
    CHECK(mail_plan(gate.settings, gate.routes, read_address) == MailPlan{});
    gate.settings = edge();
    gate.settings.mail_relay.reset();
    CHECK(mail_plan(gate.settings, gate.routes, read_address) == MailPlan{});
}

TEST_CASE("a question reads as it was asked, and nonsense is none") {
    const std::string sender = to_base64("a b@acme.example");
    CHECK(parse_mail_question("mail fd50::1 " + sender) ==
          MailQuestion{"fd50::1", "a b@acme.example", std::nullopt});
    CHECK(parse_mail_question("mail fd50::1 ") == MailQuestion{"fd50::1", "", std::nullopt});
    const std::string from = to_base64("a@acme.example:b@acme.example");
    CHECK(parse_mail_question("data fd50::1 " + sender + " 3 " + from) ==
          MailQuestion{"fd50::1", "a b@acme.example",
                       MailQuestion::Message{3, {"a@acme.example", "b@acme.example"}}});
    CHECK(parse_mail_question("data fd50::1 " + sender + " 1 ")->message->from.empty());
    const std::vector<std::string> nonsense = {"",
                                               "mail",
                                               "mail fd50::1 " + sender + " 1",
                                               "data fd50::1 *",
                                               "data fd50::1 " + sender + " 0 " + from,
                                               "data fd50::1 " + sender + " x " + from,
                                               "mail fd50::1 not-base64!",
                                               "help fd50::1 " + sender};
    for (const std::string& bad : nonsense) CHECK_FALSE(parse_mail_question(bad));
}

TEST_CASE("an answer stays one line of plain letters, whatever was claimed") {
    Gate gate;
    const std::string said =
        gate.sender(acme_address, "a\r\n250 ok\n@evil.example" + std::string(500, 'x'));
    CHECK(said.starts_with("550 "));
    CHECK(said.find_first_of("\r\n") == std::string::npos);
    CHECK(said.size() < 500);
}
