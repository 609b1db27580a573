#include "master/domain/mail_keys.h"

#include "master/domain/desired.h"
#include "master/domain/domain_view.h"
#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

const DomainName acme_example("acme.example");

MailKey key(const std::string& selector = "foyer-1") {
    return {selector, "MIIBpublic", Sealed("sealed " + selector)};
}

// An edge and an instance that serves.
struct Mailing {
    static std::vector<foyer::test::HomeSpec> homes() {
        auto made = World::three_homes();
        made.push_back({.name = "edge", .isp = "isp9", .edge = true});
        return made;
    }
    World world{homes()};
    Mailing() { world.serve("acme"); }

    CreateDomain creation(DomainUse use) const {
        CreateDomain command;
        command.name = acme_example;
        command.instance = InstanceName("acme");
        command.owner = world.instance("acme").owner;
        command.token = "foyer-token";
        command.use = use;
        if (is_for_mail(use)) command.mail_key = key();
        return command;
    }
    const Domain& row() const {
        return world.state.domains().at({acme_example, world.instance("acme").owner});
    }
    DomainSeen judged(const DnsAnswer& answer) const {
        return judge(row(), answer, {"198.18.1.11"});
    }
    void prove() {
        world.run(NoteDomains{{{acme_example, row().owner, row().created_at, true, ""}}});
    }
    EdgeRoute route() const {
        const auto delta = desired_since(world.state, *world.state.edges().begin(), {}, {});
        REQUIRE(delta.routes.size() == 1);
        return delta.routes[0];
    }
};

DnsAnswer complete() {
    DnsAnswer answer;
    answer.texts = {"foyer-token"};
    answer.key_texts = {"v=DKIM1; k=rsa; p=MIIBpublic"};
    return answer;
}

}  // namespace

TEST_CASE("a name for mail leads wherever it likes, and is proven by its token and its key") {
    Mailing mailing;
    mailing.world.run(mailing.creation(DomainUse::Mail));
    CHECK(mailing.judged(complete()).proven);
    DnsAnswer answer = complete();
    answer.addresses = {"203.0.113.80"};
    CHECK(mailing.judged(answer).proven);
    answer.key_texts = {"v=DKIM1;k=rsa;  p=MIIB public"};  // as some panels write it
    CHECK(mailing.judged(answer).proven);
    answer.key_texts = {"v=DKIM1; k=rsa; p=MIIBother"};
    CHECK_FALSE(mailing.judged(answer).proven);
    CHECK(mailing.judged(answer).seen ==
          "the TXT record 'foyer-1._domainkey.acme.example' has another key");
    answer.key_texts.clear();
    CHECK(mailing.judged(answer).seen ==
          "there is no TXT record 'foyer-1._domainkey.acme.example' yet");
    answer = complete();
    answer.texts.clear();
    CHECK_FALSE(mailing.judged(answer).proven);
}

TEST_CASE("a name for both has to lead to the edges, too; one for the web needs no key") {
    Mailing mailing;
    mailing.world.run(mailing.creation(DomainUse::WebAndMail));
    CHECK_FALSE(mailing.judged(complete()).proven);
    DnsAnswer answer = complete();
    answer.addresses = {"198.18.1.11"};
    CHECK(mailing.judged(answer).proven);
    answer.key_texts.clear();
    CHECK_FALSE(mailing.judged(answer).proven);
    Mailing web;
    web.world.run(web.creation(DomainUse::Web));
    CHECK(web.judged(answer).proven);
}

TEST_CASE("the customer is told the key's record, and what receivers like to find") {
    Mailing mailing;
    mailing.world.run(mailing.creation(DomainUse::Mail));
    const auto records = records_of(mailing.world.state, mailing.row());
    REQUIRE(records.size() == 2);
    CHECK(records[1] ==
          DnsRecord{"foyer-1._domainkey.acme.example", "TXT", "v=DKIM1; k=rsa; p=MIIBpublic"});
    const auto hints = mail_hints_of(mailing.world.state, mailing.row());
    REQUIRE(hints.size() == 2);
    CHECK(hints[0].name == "acme.example");
    CHECK(hints[0].value.starts_with("v=spf1 "));
    CHECK(hints[0].value.ends_with(" ~all"));
    CHECK(hints[1].name == "_dmarc.acme.example");
    mailing.prove();
    const DomainView view = view_of(mailing.world.state, mailing.row(), mailing.world.now);
    CHECK(view.phase == DomainPhase::Serving);
    CHECK(view.status == "'acme' may send mail as @acme.example, to 200 recipients a day");
}

TEST_CASE("edges hear of who may send, from where, and with which key, once DNS proved it") {
    Mailing mailing;
    mailing.world.run(mailing.creation(DomainUse::Mail));
    CHECK(mailing.route().mail->keys.empty());
    CHECK(mailing.route().mail->sources.size() ==
          mailing.world.state.replicas_of(InstanceName("acme")).size());
    CHECK(mailing.route().mail->per_day_max == 200);
    const Revision before = mailing.route().revision;
    mailing.prove();
    REQUIRE(mailing.route().mail->keys.size() == 1);
    CHECK(mailing.route().mail->keys[0] == DkimKey{"acme.example", "foyer-1", "sealed foyer-1"});
    CHECK(mailing.route().revision > before);
    CHECK(mailing.route().aliases.empty());  // it is not served
    mailing.world.run(DeleteDomain{{acme_example, mailing.row().owner, {}}});
    CHECK(mailing.route().mail->keys.empty());
}

TEST_CASE("a name for the web sends no mail") {
    Mailing mailing;
    mailing.world.run(mailing.creation(DomainUse::Web));
    mailing.prove();
    CHECK(mailing.route().mail->keys.empty());
    CHECK(mailing.route().aliases.size() == 1);
}

TEST_CASE("the zone's key is made once, and edges alone hear of it") {
    Mailing mailing;
    const NodeId edge = *mailing.world.state.edges().begin();
    const auto settings = [&](const NodeId& node) {
        return *desired_since(mailing.world.state, node, {}, {}).settings;
    };
    CHECK_FALSE(settings(edge).mail_relay);
    const Revision before = settings(edge).revision;
    mailing.world.run(MakeZoneMailKey{key("foyer-z")});
    REQUIRE(settings(edge).mail_relay);
    CHECK(settings(edge).revision > before);
    CHECK(settings(edge).mail_relay->zone_key ==
          DkimKey{mailing.world.state.settings().zone, "foyer-z", "sealed foyer-z"});
    CHECK(settings(edge).mail_relay->zone_public_key == "MIIBpublic");
    mailing.world.run(MakeZoneMailKey{key("foyer-other")});
    CHECK(settings(edge).mail_relay->zone_key.selector == "foyer-z");
    for (const auto& [name, node] : mailing.world.state.nodes()) {
        if (node.edge) continue;
        CHECK_FALSE(settings(name).mail_relay);
        for (const Assignment& wish : desired_since(mailing.world.state, name, {}, {}).assignments)
            CHECK(wish.mail_relay == settings(edge).mail_relay->address);
    }
}

TEST_CASE("a use reads as it is written") {
    for (const DomainUse use : all_domain_uses) CHECK(domain_use_from(to_text(use)) == use);
    CHECK_FALSE(domain_use_from("odd"));
}
