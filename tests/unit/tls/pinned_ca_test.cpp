#include "common/tls/pinned_ca.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/tls/certificate.h"
#include "tests/support/catch.h"
#include "tests/support/one_shot_server.h"

using namespace foyer;
using namespace foyer::tls;
using foyer::test::OneShotServer;

namespace {

constexpr Duration patience = std::chrono::seconds(20);

}  // namespace

TEST_CASE("the CA a token names is found in the chain the master presents") {
    const OneShotServer server(true);
    const auto found =
        fetch_pinned_ca(server.address(), server.ca_sha256(), patience, SystemClock()).value();
    CHECK(found.ca_pem == server.ca_pem());
    CHECK(read_certificate(found.server_pem).value().fingerprint == server.leaf_sha256());
}

TEST_CASE("a token for another master is refused, and a leaf is no CA") {
    for (const bool leaf : {false, true}) {
        const OneShotServer server(true);
        const auto found =
            fetch_pinned_ca(server.address(), leaf ? server.leaf_sha256() : std::string(64, 'b'),
                            patience, SystemClock());
        REQUIRE_FALSE(found.ok());
        CHECK(found.failure().code == ErrorCode::PermissionDenied);
        CHECK(found.failure().message.find("another master") != std::string::npos);
    }
}

TEST_CASE("something else than TLS, or nobody, is unavailable") {
    std::string gone;
    {
        const OneShotServer server(false);
        gone = server.address();
        CHECK(fetch_pinned_ca(gone, server.ca_sha256(), patience, SystemClock()).failure().code ==
              ErrorCode::Unavailable);
    }
    CHECK(fetch_pinned_ca(gone, std::string(64, 'a'), patience, SystemClock()).failure().code ==
          ErrorCode::Unavailable);
    CHECK(
        fetch_pinned_ca("nonsense", std::string(64, 'a'), patience, SystemClock()).failure().code ==
        ErrorCode::InvalidArgument);
}

TEST_CASE("a master that accepts and stays silent ends in a deadline") {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener, 1) == 0);
    REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    const auto found =
        fetch_pinned_ca("127.0.0.1:" + std::to_string(ntohs(address.sin_port)),
                        std::string(64, 'a'), std::chrono::milliseconds(50), SystemClock());
    CHECK(found.failure().code == ErrorCode::DeadlineExceeded);
    ::close(listener);
}
