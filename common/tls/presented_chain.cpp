#include "common/tls/presented_chain.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/tls/address.h"
#include "common/tls/openssl_ptr.h"

namespace foyer::tls {
namespace {

class Socket {
public:
    explicit Socket(int number) : number_(number) {}
    ~Socket() {
        if (number_ >= 0) ::close(number_);
    }
    Socket(Socket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Socket& operator=(Socket&&) = delete;
    int get() const { return number_; }

private:
    int number_;
};

// Each wait gets what the former ones left.
class Countdown {
public:
    Countdown(const Clock& clock, Duration total) : clock_(clock), end_(clock.mono() + total) {}
    int left_ms() const {
        const auto left = (end_ - clock_.mono()).count();
        return left > 0 ? static_cast<int>(left) : 0;
    }

private:
    const Clock& clock_;
    MonoTime end_;
};

Error too_late(const std::string& address) {
    return error(ErrorCode::DeadlineExceeded, "'" + address + "' did not answer in time");
}

Status wait_for(int socket, short events, const Countdown& countdown, const std::string& address) {
    pollfd watched{socket, events, 0};
    for (;;) {
        const int ready = ::poll(&watched, 1, countdown.left_ms());
        if (ready > 0) return ok_status();
        if (ready == 0) return too_late(address);
        if (errno != EINTR)
            return error(ErrorCode::Unavailable,
                         std::string("cannot wait: ") + std::strerror(errno));
    }
}

Result<Socket> connect_to(const addrinfo& target, const Countdown& countdown,
                          const std::string& address) {
    Socket socket(::socket(target.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto refuse = [&](int code) {
        return error(ErrorCode::Unavailable,
                     "cannot reach '" + address + "': " + std::strerror(code));
    };
    if (socket.get() < 0) return refuse(errno);
    if (::connect(socket.get(), target.ai_addr, target.ai_addrlen) == 0) return socket;
    if (errno != EINPROGRESS) return refuse(errno);
    TRY(wait_for(socket.get(), POLLOUT, countdown, address));
    int failed = 0;
    socklen_t size = sizeof failed;
    if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failed, &size) != 0) return refuse(errno);
    if (failed != 0) return refuse(failed);
    return socket;
}

using AddressesPtr = std::unique_ptr<addrinfo, FreeWith<::freeaddrinfo>>;

Result<AddressesPtr> look_up(const std::string& host, const char* port, const std::string& shown) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_ADDRCONFIG;
    addrinfo* found = nullptr;
    const int failed = ::getaddrinfo(host.c_str(), port, &wanted, &found);
    if (failed != 0)
        return error(ErrorCode::Unavailable,
                     "cannot find '" + shown + "': " + gai_strerror(failed));
    return AddressesPtr(found);
}

Result<Socket> dial(const std::string& address, const Countdown& countdown) {
    const HostPort parts = TRY(split_address(address));
    const std::string port = std::to_string(parts.port);
    const AddressesPtr found = TRY(look_up(parts.host, port.c_str(), address));
    Error last = error(ErrorCode::Unavailable, "'" + address + "' has no address");
    for (const addrinfo* target = found.get(); target != nullptr; target = target->ai_next) {
        auto socket = connect_to(*target, countdown, address);
        if (socket.ok()) return socket;
        last = std::move(socket).failure();
    }
    return last;
}

Status shake_hands(SSL* tls, int socket, const Countdown& countdown, const std::string& address) {
    for (;;) {
        const int done = SSL_connect(tls);
        if (done == 1) return ok_status();
        switch (SSL_get_error(tls, done)) {
            case SSL_ERROR_WANT_READ: TRY(wait_for(socket, POLLIN, countdown, address)); break;
            case SSL_ERROR_WANT_WRITE: TRY(wait_for(socket, POLLOUT, countdown, address)); break;
            default:
                return openssl_error(ErrorCode::Unavailable,
                                     "'" + address + "' does not speak TLS");
        }
    }
}

Result<TlsPtr> make_tls(const TlsContextPtr& context, const std::string& host) {
    // Nothing is trusted here: callers judge what was presented. ALPN as gRPC asks for it.
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    static constexpr std::array<unsigned char, 3> alpn{2, 'h', '2'};
    TlsPtr tls(SSL_new(context.get()));
    if (!tls || SSL_set_alpn_protos(tls.get(), alpn.data(), alpn.size()) != 0) {
        return openssl_error(ErrorCode::Internal, "cannot prepare TLS");
    }
    // SSL_set_tlsext_host_name, without its C cast.
    std::string name = host;
    SSL_ctrl(tls.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
    return tls;
}

}  // namespace

Result<std::vector<std::string>> presented_chain(std::string_view address_view,
                                                 const std::string& server_name, Duration timeout,
                                                 const Clock& clock) {
    const std::string address(address_view);
    const Countdown countdown(clock, timeout);
    const Socket socket = TRY(dial(address, countdown));
    const TlsContextPtr context(SSL_CTX_new(TLS_client_method()));
    if (!context) return openssl_error(ErrorCode::Internal, "cannot prepare TLS");
    const TlsPtr tls = TRY(make_tls(context, server_name));
    if (SSL_set_fd(tls.get(), socket.get()) != 1)
        return openssl_error(ErrorCode::Internal, "cannot prepare TLS");
    TRY(shake_hands(tls.get(), socket.get(), countdown, address));
    std::vector<std::string> chain;
    const STACK_OF(X509)* presented = SSL_get_peer_cert_chain(tls.get());
    for (int i = 0; presented != nullptr && i < sk_X509_num(presented); ++i)
        chain.push_back(TRY(certificate_pem(sk_X509_value(presented, i))));
    if (chain.empty())
        return error(ErrorCode::Unavailable, "'" + address + "' presents no certificate");
    return chain;
}

Result<std::vector<std::string>> addresses_of(const std::string& host) {
    const AddressesPtr found = TRY(look_up(host, nullptr, host));
    std::vector<std::string> addresses;
    for (const addrinfo* one = found.get(); one != nullptr; one = one->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (::getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0,
                          NI_NUMERICHOST) == 0)
            addresses.emplace_back(text.data());
    }
    return addresses;
}

Status try_to_connect(std::string_view address_view, Duration timeout, const Clock& clock) {
    const std::string address(address_view);
    const Countdown countdown(clock, timeout);
    const Socket socket = TRY(dial(address, countdown));
    return ok_status();
}

}  // namespace foyer::tls
