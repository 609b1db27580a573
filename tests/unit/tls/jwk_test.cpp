#include "common/tls/jwk.h"

#include "common/tls/certificate.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::tls;

namespace {

// The key of RFC 7515, appendix A.3; its thumbprint by `openssl` and `sha256sum` from RFC 7638's
// canonical JSON.
const Secret<std::string> known(
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEII6bEJ5xkJi/mASH3x9dd+nLKWBuvtImO19XwhPfhPSyoAoGCCqGSM49\n"
    "AwEHoUQDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEXH8UTNG72b\n"
    "focs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n"
    "-----END EC PRIVATE KEY-----\n");

}  // namespace

TEST_CASE("the thumbprint of a known key is the known one, in either form of the key") {
    CHECK(jwk_thumbprint(known).value() == "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
    const auto made = make_key().value();
    const auto sec1 = to_sec1(made).value();
    CHECK(sec1.reveal().find("BEGIN EC PRIVATE KEY") != std::string::npos);
    CHECK(jwk_thumbprint(made).value() == jwk_thumbprint(sec1).value());
    CHECK(jwk_thumbprint(made).value().size() == 43);
}

TEST_CASE("what is no key of P-256 has no thumbprint") {
    CHECK_FALSE(jwk_thumbprint(Secret<std::string>("no key")).ok());
    CHECK_FALSE(to_sec1(Secret<std::string>("no key")).ok());
}

TEST_CASE("a request for a server names it, however long its name is") {
    const auto key = make_key().value();
    const std::string name = std::string(60, 'a') + "." + std::string(60, 'b') + ".example.org";
    const auto request = make_server_request(key, name);
    REQUIRE(request.ok());
    CHECK(read_request(request.value()).ok());
    CHECK_FALSE(make_server_request(key, "a.example.org,DNS:b.example.org").ok());
    CHECK_FALSE(make_server_request(key, "").ok());
}
