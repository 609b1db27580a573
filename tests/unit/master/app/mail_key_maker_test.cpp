#include "master/app/mail_key_maker.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

TEST_CASE("a key for mail is sealed for its domain and selector alone, and another each time") {
    SystemRng rng;
    const SecretSeal seal{tls::Seal(Secret(std::vector<std::uint8_t>(32, 7))), rng};
    const MailKey key = make_mail_key("acme.example", seal, rng).value();
    CHECK(key.selector.starts_with("foyer-"));
    CHECK(key.selector.size() > 10);
    CHECK(mail_key_name("acme.example", key) == key.selector + "._domainkey.acme.example");
    // SubjectPublicKeyInfo of RSA, 2048 bits.
    CHECK(key.public_key.starts_with("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"));
    CHECK(key.public_key.size() == 392);
    CHECK(mail_key_record(key) == "v=DKIM1; k=rsa; p=" + key.public_key);
    const auto opened = seal.open(key.private_key, mail_key_place("acme.example", key.selector));
    REQUIRE(opened.ok());
    CHECK(opened.value().reveal().starts_with("-----BEGIN PRIVATE KEY-----\n"));
    CHECK_FALSE(seal.open(key.private_key, mail_key_place("evil.example", key.selector)).ok());
    const MailKey other = mail_key_maker(seal, rng)("acme.example").value();
    CHECK(other.selector != key.selector);
    CHECK(other.public_key != key.public_key);
}
