#include "master/login/totp.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

namespace {

// RFC 6238, appendix B: "12345678901234567890", of whose 8 digits ours are the last 6.
const Secret<std::string> rfc("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");

std::optional<std::int64_t> at(std::int64_t second, const std::string& code) {
    return totp_step(rfc, code, WallTime{second * 1000});
}

}  // namespace

TEST_CASE("codes as RFC 6238 has them") {
    CHECK(at(59, "287082") == 1);
    CHECK(at(1'111'111'109, "081804") == 37'037'036);
    CHECK(at(1'234'567'890, "005924") == 41'152'263);
    CHECK(at(2'000'000'000, "279037") == 66'666'666);
}

TEST_CASE("the code before and the one after count, with their own number") {
    CHECK(at(59 + 30, "287082") == 1);
    CHECK(at(59 - 30, "287082") == 1);
    CHECK_FALSE(at(59 + 61, "287082"));
    CHECK_FALSE(at(59, "287083"));
}

TEST_CASE("what is no code is none") {
    for (const char* bad : {"", "28708", "2870820", "28708a", " 87082", "-87082"})
        CHECK_FALSE(at(59, bad));
    CHECK_FALSE(totp_step(Secret<std::string>("not base 32!"), "287082", WallTime{59'000}));
}

TEST_CASE("an authenticator is told the secret as it wants it") {
    SystemRng rng;
    const auto secret = new_totp_secret(rng);
    CHECK(secret.reveal().size() == 32);
    CHECK(secret.reveal().find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") ==
          std::string::npos);
    CHECK(new_totp_secret(rng).reveal() != secret.reveal());
    CHECK(totp_uri("acme", "anna@acme.example", rfc) ==
          "otpauth://totp/Foyer:acme%20anna%40acme.example?secret=" + rfc.reveal() +
              "&issuer=Foyer");
}
