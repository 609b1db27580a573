// A TLS server for one handshake.
#pragma once

#include <arpa/inet.h>
#include <csignal>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "common/tls/certificate.h"
#include "common/tls/openssl_ptr.h"
#include "tests/support/catch.h"

namespace foyer::test {

// A TLS server on a loopback port of its own that presents leaf + CA to one caller.
class OneShotServer {
public:
    explicit OneShotServer(bool speak_tls, std::vector<std::string> dns_names = {})
        : speak_tls_(speak_tls) {
        SeededRng rng(9);
        const SystemClock clock;
        const tls::Validity validity{clock.wall() + std::chrono::hours(-1),
                                     clock.wall() + std::chrono::hours(1)};
        authority_ = tls::make_authority("Foyer test", validity, rng).value();
        key_ = tls::make_key().value();
        leaf_ =
            tls::sign_request(
                authority_, tls::make_request(key_, "m").value(),
                {.common_name = "m", .dns_names = std::move(dns_names), .validity = validity}, rng)
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
    int port() const { return port_; }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    std::string ca_sha256() const {
        return tls::read_certificate(authority_.certificate_pem).value().fingerprint;
    }
    std::string leaf_sha256() const { return tls::read_certificate(leaf_).value().fingerprint; }
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
        const tls::TlsContextPtr context(SSL_CTX_new(TLS_server_method()));
        const tls::CertificatePtr leaf = tls::parse_certificate(leaf_).value();
        const tls::KeyPtr key = tls::parse_key(key_.reveal()).value();
        SSL_CTX_use_certificate(context.get(), leaf.get());
        SSL_CTX_use_PrivateKey(context.get(), key.get());
        SSL_CTX_add_extra_chain_cert(
            context.get(), tls::parse_certificate(authority_.certificate_pem).value().release());
        const tls::TlsPtr line(SSL_new(context.get()));
        SSL_set_fd(line.get(), caller);
        SSL_accept(line.get());
        ERR_clear_error();
        ::close(caller);
    }

    bool speak_tls_;
    tls::Authority authority_;
    Secret<std::string> key_;
    std::string leaf_;
    int listener_ = -1;
    int port_ = 0;
    std::thread thread_;
};

}  // namespace foyer::test
