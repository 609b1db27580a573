#include "common/tls/tickets.h"

#include <memory>
#include <openssl/ssl.h>

#include "tests/support/catch.h"

using namespace foyer;

namespace {

std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(const SSL_METHOD* method) {
    return {SSL_CTX_new(method), SSL_CTX_free};
}

}  // namespace

TEST_CASE("contexts made after issue_no_tickets() issue none, and keep the machine's own rules") {
    const auto before = context(TLS_method());
    REQUIRE(tls::issue_no_tickets().ok());
    const auto after = context(TLS_method());
    REQUIRE(after);
    CHECK(SSL_CTX_get_num_tickets(after.get()) == 0);
    CHECK(SSL_CTX_get_min_proto_version(after.get()) ==
          SSL_CTX_get_min_proto_version(before.get()));
    CHECK(SSL_CTX_get_security_level(after.get()) == SSL_CTX_get_security_level(before.get()));
    CHECK(context(TLS_client_method()));
    REQUIRE(tls::issue_no_tickets().ok());
}
