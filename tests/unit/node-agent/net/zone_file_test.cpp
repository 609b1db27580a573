#include "node-agent/net/zone_file.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

ZoneWish wish() {
    return {.zone = "cloud.example.org",
            .edges = {{NodeId("lille-1"), "198.18.1.11", true},
                      {NodeId("paris-1"), "2001:db8::1", true},
                      {NodeId("aix-1"), "198.18.3.11", false}},
            .names = {"acme.cloud.example.org", "ns.cloud.example.org"}};
}

bool holds(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("the zone names its servers, and points names to edges that live") {
    CHECK(zone_file(wish(), 7).value() ==
          "$ORIGIN cloud.example.org.\n"
          "$TTL 30\n"
          "@ SOA lille-1.ns hostmaster 7 300 60 86400 10\n"
          "@ NS lille-1.ns\n"
          "@ NS paris-1.ns\n"
          "@ NS aix-1.ns\n"
          "lille-1.ns A 198.18.1.11\n"
          "paris-1.ns AAAA 2001:db8::1\n"
          "aix-1.ns A 198.18.3.11\n"
          "acme A 198.18.1.11\n"
          "acme AAAA 2001:db8::1\n"
          "ns A 198.18.1.11\n"
          "ns AAAA 2001:db8::1\n");
}

TEST_CASE("a zone that is none is refused") {
    for (const std::string& zone : std::vector<std::string>{
             "", ".", "a..b", ".a", "a.", "-a.org", "a-.org", "A.org", "a b.org",
             "a.org\n@ A 1.2.3.4", "a\"b.org", "a_b.org", std::string("a.org\0x", 7),
             std::string(64, 'a') + ".org", std::string(201, 'a')}) {
        CAPTURE(zone);
        ZoneWish bad = wish();
        bad.zone = zone;
        CHECK(zone_file(bad, 1).failure().code == ErrorCode::InvalidArgument);
    }
}

TEST_CASE("nothing but one plain label below the zone becomes a record") {
    ZoneWish bad = wish();
    bad.names = {"a.b.cloud.example.org",
                 "cloud.example.org",
                 "*.cloud.example.org",
                 "@.cloud.example.org",
                 "$INCLUDE.cloud.example.org",
                 "a b.cloud.example.org",
                 "x\nevil A 6.6.6.6\n.cloud.example.org",
                 "acme.other.org",
                 ".cloud.example.org",
                 "-a.cloud.example.org",
                 "a;.cloud.example.org",
                 "good.cloud.example.org"};
    bad.edges.resize(1);
    CHECK(zone_file(bad, 1).value() ==
          "$ORIGIN cloud.example.org.\n$TTL 30\n@ SOA lille-1.ns hostmaster 1 300 60 86400 10\n"
          "@ NS lille-1.ns\nlille-1.ns A 198.18.1.11\ngood A 198.18.1.11\n");
}

TEST_CASE("edges with an impossible name or address are left out") {
    ZoneWish bad = wish();
    bad.edges = {{NodeId("x\n@ TXT evil"), "198.18.1.1", true},
                 {NodeId("far"), "edge.example.org", true},
                 {NodeId("odd"), "198.18.1.11\nevil A 6.6.6.6", true},
                 {NodeId("good"), "198.18.1.12", true}};
    const std::string text = zone_file(bad, 1).value();
    CHECK(text.find("evil") == std::string::npos);
    CHECK(text.find("far") == std::string::npos);
    CHECK(holds(text, "acme A 198.18.1.12"));
    bad.edges.pop_back();
    CHECK(zone_file(bad, 1).failure().code == ErrorCode::FailedPrecondition);
    bad.edges = {{NodeId("good"), "198.18.1.12", false}};
    CHECK(zone_file(bad, 1).failure().code == ErrorCode::FailedPrecondition);
}

TEST_CASE("a zone holds so many names and no more") {
    ZoneWish many = wish();
    many.edges.resize(1);
    for (int number = 0; number < 600; ++number)
        many.names.insert("n" + std::to_string(number) + ".cloud.example.org");
    const std::string text = zone_file(many, 1).value();
    CHECK(static_cast<std::size_t>(std::ranges::count(text, '\n')) == 5 + zone_names_max);
}

TEST_CASE("public addresses are read in one text, and others are none") {
    CHECK(read_public_address("198.18.1.11") == "198.18.1.11");
    CHECK(read_public_address("[2001:DB8:0::1]") == "2001:db8::1");
    CHECK(read_public_address("2001:db8::1") == "2001:db8::1");
    for (const std::string& text : std::vector<std::string>{
             "", "edge.example.org", "198.18.1", "198.18.1.11:51820", "0.0.0.0", "127.0.0.1",
             "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "ff02::1",
             "::ffff:198.18.1.11", "[198.18.1.11]", "[2001:db8::1", "198.18.1.11\n",
             std::string("198.18.1.11\0x", 13), "2001:db8::1%eth0"}) {
        CAPTURE(text);
        CHECK_FALSE(read_public_address(text).has_value());
    }
}

TEST_CASE("serials only grow, whatever the clock does") {
    const WallTime now{1'780'000'000'000};
    CHECK(next_serial(0, now) == 1'780'000'000U);
    CHECK(next_serial(1'700'000'000U, now) == 1'780'000'000U);
    CHECK(next_serial(1'780'000'000U, now) == 1'780'000'001U);
    CHECK(next_serial(1'780'000'000U, WallTime{0}) == 1'780'000'001U);
    CHECK(next_serial(0xffffffffU, now) != 0);
    // The clock was far ahead once: on from there, never back.
    CHECK(next_serial(2'100'000'000U, now) == 2'100'000'001U);
    CHECK(next_serial(0, WallTime{0}) == 1);
}

TEST_CASE("where mail is signed the zone has the key, and says that all else is forged") {
    ZoneWish signs = wish();
    signs.mail_key = ZoneWish::MailKey{"foyer-1", std::string(392, 'A')};
    const std::string text = zone_file(signs, 7).value();
    CHECK(holds(text, "foyer-1._domainkey TXT \"v=DKIM1; k=rsa; p=" + std::string(232, 'A') +
                          "\" \"" + std::string(160, 'A') + "\""));
    CHECK(holds(text, "_dmarc.acme TXT \"v=DMARC1; p=reject\""));
    for (const std::string& odd : {std::string(), std::string("a\" b"), std::string(2'000, 'A')}) {
        signs.mail_key->public_key = odd;
        CHECK(zone_file(signs, 7).value().find("TXT") == std::string::npos);
    }
    signs.mail_key = ZoneWish::MailKey{"x\n@", "AAAA"};
    CHECK(zone_file(signs, 7).value().find("TXT") == std::string::npos);
}
