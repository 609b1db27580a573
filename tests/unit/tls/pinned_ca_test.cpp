#include "common/tls/pinned_ca.h"

#include <arpa/inet.h>
#include <csignal>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "common/tls/certificate.h"
#include "common/tls/openssl_ptr.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::tls;

namespace {

constexpr Duration patience = std::chrono::seconds(20);

// A TLS server on a loopback port of its own that presents leaf + CA to one caller.
class OneShotServer {
public:
    explicit OneShotServer(bool speak_tls) : speak_tls_(speak_tls) {
        SeededRng rng(9);
        const SystemClock clock;
        const Validity validity{clock.wall() + std::chrono::hours(-1),
                                clock.wall() + std::chrono::hours(1)};
        authority_ = make_authority("Foyer test", validity, rng).value();
        key_ = make_key().value();
        leaf_ = sign_request(authority_, make_request(key_, "m").value(),
                             {.common_name = "m", .validity = validity}, rng)
                    .value();
        ::signal(SIGPIPE, SIG_IGN);
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(listener_, 4) == 0);
        REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~OneShotServer() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    std::string ca_sha256() const {
        return read_certificate(authority_.certificate_pem).value().fingerprint;
    }
    std::string leaf_sha256() const { return read_certificate(leaf_).value().fingerprint; }
    const std::string& ca_pem() const { return authority_.certificate_pem; }

private:
    void serve() {
        const int caller = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (caller < 0) return;
        if (!speak_tls_) {
            (void)!::write(caller, "SSH-2.0-x\r\n", 11);
            ::close(caller);
            return;
        }
        const TlsContextPtr context(SSL_CTX_new(TLS_server_method()));
        const CertificatePtr leaf = parse_certificate(leaf_).value();
        const KeyPtr key = parse_key(key_.reveal()).value();
        SSL_CTX_use_certificate(context.get(), leaf.get());
        SSL_CTX_use_PrivateKey(context.get(), key.get());
        SSL_CTX_add_extra_chain_cert(
            context.get(), parse_certificate(authority_.certificate_pem).value().release());
        const TlsPtr tls(SSL_new(context.get()));
        SSL_set_fd(tls.get(), caller);
        SSL_accept(tls.get());
        ERR_clear_error();
        ::close(caller);
    }

    bool speak_tls_;
    Authority authority_;
    Secret<std::string> key_;
    std::string leaf_;
    int listener_ = -1;
    int port_ = 0;
    std::thread thread_;
};

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
