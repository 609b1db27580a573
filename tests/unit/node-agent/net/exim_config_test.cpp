#include "node-agent/net/exim_config.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

EximSettings settings(MailDelivery delivery = MailDelivery::Mx) {
    EximSettings made;
    made.hostname = "paris-1.ns.cloud.example";
    made.zone = "cloud.example";
    made.zone_selector = "foyer-1";
    made.folder = "/run/foyer/paris-1/mail";
    made.spool = "/var/lib/foyer/mail/spool";
    made.log_folder = "/run/foyer/paris-1/mail/log";
    made.ask_socket = "/run/foyer/paris-1/mail/ask.sock";
    made.delivery = delivery;
    made.smarthost = delivery == MailDelivery::Smarthost ? "mail.isp.example" : "";
    return made;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("by MX records it looks nowhere where a neighbour of the edge could be") {
    const std::string text = exim_config(settings()).value();
    CHECK(contains(text, "driver = dnslookup"));
    for (const char* network : {"10.0.0.0/8", "127.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12",
                                "169.254.0.0/16", "fc00::/7", "fe80::/10", "::/8"})
        CHECK(contains(text, network));
    CHECK(contains(text, "self = fail"));
    CHECK_FALSE(contains(text, "manualroute"));
}

TEST_CASE("nothing is delivered on the machine itself, and no program is run") {
    for (const MailDelivery delivery : {MailDelivery::Mx, MailDelivery::Smarthost}) {
        const std::string text = exim_config(settings(delivery)).value();
        for (const char* driver :
             {"= appendfile", "= pipe", "= lmtp", "= autoreply", "queryprogram", "driver = accept"})
            CHECK_FALSE(contains(text, driver));
        CHECK(contains(text, "dkim_strict = true"));
        CHECK(contains(text, "deliver_drop_privilege = true"));
        CHECK(contains(text, "\nhelo_lookup_domains =\n"));
    }
}

TEST_CASE("a smarthost is spoken to by TLS with its certificate checked, but on this machine") {
    EximSettings away = settings(MailDelivery::Smarthost);
    away.login = true;
    std::string text = exim_config(away).value();
    CHECK(contains(text, "hosts_require_tls = *"));
    CHECK(contains(text, "tls_verify_hosts = *"));
    CHECK(contains(text, "hosts_require_auth = *"));
    CHECK(contains(text, "port = 587"));
    CHECK(contains(text, "public_name = PLAIN"));
    away.plain = true;
    away.login = false;
    text = exim_config(away).value();
    CHECK(contains(text, "hosts_avoid_tls = *"));
    CHECK_FALSE(contains(text, "begin authenticators"));
}

TEST_CASE("nothing is written that could say something else to it") {
    const auto refused = [](const auto& change) {
        EximSettings made = settings(MailDelivery::Smarthost);
        change(made);
        return !exim_config(made).ok();
    };
    CHECK_FALSE(refused([](EximSettings&) {}));
    CHECK(refused([](EximSettings& s) { s.folder = "/run/${run{/bin/sh}}"; }));
    CHECK(refused([](EximSettings& s) { s.spool = "spool"; }));
    CHECK(refused([](EximSettings& s) { s.ask_socket = "/run/a b"; }));
    CHECK(refused([](EximSettings& s) { s.hostname = "x\ny"; }));
    CHECK(refused([](EximSettings& s) { s.zone = "cloud.example }"; }));
    CHECK(refused([](EximSettings& s) { s.zone_selector = ""; }));
    CHECK(refused([](EximSettings& s) { s.smarthost = "a + b"; }));
    CHECK(refused([](EximSettings& s) { s.smarthost = ""; }));
    CHECK(refused([](EximSettings& s) { s.delivery = MailDelivery::Off; }));
}

TEST_CASE("a smarthost is a name or an address, with a port or 587") {
    CHECK(parse_smtp_host("mail.isp.example").value() == SmtpHost{"mail.isp.example", 587});
    CHECK(parse_smtp_host("mail.isp.example:25").value() == SmtpHost{"mail.isp.example", 25});
    CHECK(parse_smtp_host("[2001:db8::1]:465").value() == SmtpHost{"2001:db8::1", 465});
    for (const char* bad : {"", ":25", "a:0", "a:65536", "a:x", "a b", "[2001:db8::1", "A:25",
                            "a;b", "[]:25", "${a}:25"})
        CHECK_FALSE(parse_smtp_host(bad).ok());
}

TEST_CASE("a login has a name and a password, and no letter that exim reads otherwise") {
    CHECK(exim_login("foyer\nsecret word\n").value() == "foyer\nsecret word\n");
    CHECK(exim_login("foyer\nsecret").value() == "foyer\nsecret\n");
    for (const char* bad : {"", "foyer", "foyer\n\n", "a\nb\nc", "a\nb^c", "a\nb:c", "a\nb$c"})
        CHECK_FALSE(exim_login(bad).ok());
}
