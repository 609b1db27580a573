#include "master/login/password.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

namespace {

Status check(const std::string& password) {
    return check_password(Secret<std::string>(password), "acme-sarl", "anna@acme.example",
                          "password");
}

}  // namespace

TEST_CASE("a password is long, and nothing everybody knows") {
    CHECK(check("four words in a row").ok());
    CHECK(check("été à la mer, très loin").ok());
    CHECK(check(std::string(199, 'x') + "y").ok());
    for (const std::string& bad :
         {std::string("short"), std::string("eleven chars").substr(0, 11), std::string(201, 'y'),
          std::string(14, 'a'), std::string("anna@acme.example"), std::string("ANNA@acme.example"),
          std::string("acme-sarlanna@acme.example"), std::string("zero\0in the middle", 18),
          std::string("\xff\xfe not any text")})
        CHECK_FALSE(check(bad).ok());
    CHECK(check("x").failure().details.front().value == "password");
}

TEST_CASE("a hash is of one password, says how it was made, and is never the same twice") {
    SystemRng rng;
    const Secret<std::string> right("four words in a row");
    const auto hash = hash_password(right, rng);
    REQUIRE(hash.ok());
    CHECK(hash.value().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    CHECK(is_password(right, hash.value()));
    CHECK_FALSE(is_password(Secret<std::string>("four words in a bow"), hash.value()));
    CHECK_FALSE(is_password(Secret<std::string>(""), hash.value()));
    CHECK_FALSE(is_password(Secret<std::string>(std::string(201, 'x')), hash.value()));
    CHECK(hash_password(right, rng).value() != hash.value());
}

TEST_CASE("no hash is of no password") {
    CHECK_FALSE(is_password(Secret<std::string>("four words in a row"), ""));
    CHECK_FALSE(is_password(Secret<std::string>("four words in a row"), "rubbish"));
    CHECK_FALSE(is_password(Secret<std::string>("x"), "$argon2id$v=19$m=99999999,t=9,p=9$a$b"));
}
