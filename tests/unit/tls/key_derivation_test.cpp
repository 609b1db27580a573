#include "common/tls/key_derivation.h"

#include <string>

#include "common/base/text.h"
#include "tests/support/catch.h"

using namespace foyer;
using foyer::tls::derive_key;

TEST_CASE("a key is derived as RFC 5869 says") {
    // Its third example: SHA-256, no salt, no info.
    const std::vector<std::uint8_t> secret(22, 0x0b);
    const std::vector<std::uint8_t> expected{
        0x8d, 0xa4, 0xe7, 0x75, 0xa5, 0x63, 0xc1, 0x8f, 0x71, 0x5f, 0x80, 0x2a, 0x06, 0x3c,
        0x5a, 0x31, 0xb8, 0xa1, 0x1f, 0x5c, 0x5e, 0xe1, 0x87, 0x9e, 0xc3, 0x45, 0x4e, 0x5f,
        0x3c, 0x73, 0x8d, 0x2d, 0x9d, 0x20, 0x13, 0x95, 0xfa, 0xa4, 0xb6, 0x1a, 0x96, 0xc8};
    CHECK(derive_key(secret, "", 42) == expected);
}

TEST_CASE("another purpose and another secret give another key") {
    const std::string secret = "secret";
    const auto key = derive_key(as_bytes(secret), "acme-0", 64);
    REQUIRE(key);
    CHECK(key->size() == 64);
    CHECK(derive_key(as_bytes(secret), "acme-0", 64) == key);
    CHECK(derive_key(as_bytes(secret), "acme-1", 64) != key);
    CHECK(derive_key(as_bytes("Secret"), "acme-0", 64) != key);
}

TEST_CASE("what makes no key is refused") {
    CHECK_FALSE(derive_key(as_bytes("secret"), "x", 0));
    CHECK_FALSE(derive_key(as_bytes("secret"), "x", 255 * 32 + 1));
    CHECK_FALSE(derive_key({}, "x", 32));
}
