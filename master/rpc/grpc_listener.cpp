#include "master/rpc/grpc_listener.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>

#include "common/os/stop_event.h"
#include "common/tls/address.h"
#include "master/app/source_address.h"

namespace foyer::master {
namespace {

constexpr int backlog = 4096;
// With no descriptor left, accept() fails at once and for ever: wait for one to come back.
constexpr int accept_pause_ms = 100;
// Of a flood at a limit not each newcomer is worth a look at all connections.
constexpr Duration look_every{100};
// Of a peer that is gone without a word the system would try for a quarter of an hour.
constexpr int peer_timeout_ms = 30'000;

Error cannot_listen(const std::string& address, const char* why) {
    return error(ErrorCode::Unavailable, "cannot listen on " + address + ": " + why);
}

void set(int socket, int level, int option, int value) {
    ::setsockopt(socket, level, option, &value, sizeof value);
}

os::UniqueFd listen_at(const addrinfo& where) {
    constexpr int kind = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
    os::UniqueFd socket(::socket(where.ai_family, kind, IPPROTO_TCP));
    if (!socket.valid()) return {};
    set(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (where.ai_family == AF_INET6) set(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
    const bool listens = ::bind(socket.get(), where.ai_addr, where.ai_addrlen) == 0 &&
                         ::listen(socket.get(), backlog) == 0;
    return listens ? std::move(socket) : os::UniqueFd();
}

// The first of the addresses that `host` stands for on which it can be listened.
Result<os::UniqueFd> listen_on(const std::string& host, int port, const std::string& address) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int failed = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
    if (failed != 0) return cannot_listen(address, ::gai_strerror(failed));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, &::freeaddrinfo);
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
        os::UniqueFd socket = listen_at(*one);
        if (socket.valid()) return socket;
    }
    const std::string why = std::generic_category().message(errno);
    return cannot_listen(address, why.c_str());
}

std::string source_of_address(const sockaddr_storage& from) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const bool six = from.ss_family == AF_INET6;
    const void* address =
        six ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(from).sin6_addr)
            : static_cast<const void*>(&reinterpret_cast<const sockaddr_in&>(from).sin_addr);
    const char* written = ::inet_ntop(from.ss_family, address, text.data(), text.size());
    return written == nullptr ? std::string() : source_of(written);
}

struct Peer {
    os::UniqueFd socket;
    std::string source;
};

// Not valid: nobody, or none can be had (errno).
Peer accept_one(int listener) {
    sockaddr_storage from{};
    socklen_t length = sizeof from;
    os::UniqueFd socket(::accept4(listener, reinterpret_cast<sockaddr*>(&from), &length,
                                  SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket.valid()) return {};
    return {std::move(socket), source_of_address(from)};
}

bool is_passing(int code) { return code == EINTR || code == ECONNABORTED || code == EPROTO; }

}  // namespace

GrpcListener::GrpcListener(os::UniqueFd listener, const std::string& name,
                           const PlaceLimits& limits, const Clock& clock, Log& log)
    : listener_(std::move(listener)), clock_(clock), full_(name, log, clock), places_(limits) {}

GrpcListener::~GrpcListener() { stop(); }

Result<std::unique_ptr<GrpcListener>> GrpcListener::open(const std::string& name,
                                                         const std::string& address,
                                                         const PlaceLimits& limits,
                                                         const Clock& clock, Log& log) {
    const tls::HostPort place = TRY(tls::split_address(address));
    std::optional<os::UniqueFd> socket;
    // A machine without IPv6 has only the one family.
    if (place.host == "0.0.0.0") {
        auto both = listen_on("::", place.port, address);
        if (both.ok()) socket = std::move(both).value();
    }
    if (!socket) socket = TRY(listen_on(place.host, place.port, address));
    return std::unique_ptr<GrpcListener>(
        new GrpcListener(*std::move(socket), name, limits, clock, log));
}

void GrpcListener::start(Take take) {
    take_ = std::move(take);
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void GrpcListener::stop() {
    if (thread_.joinable()) {
        thread_.request_stop();
        thread_.join();
    }
    listener_.reset();
}

void GrpcListener::run(const std::stop_token& stop) {
    const os::StopEvent stopped(stop);
    while (!stop.stop_requested()) {
        std::array<pollfd, 2> watched{pollfd{listener_.get(), POLLIN, 0},
                                      pollfd{stopped.fd(), POLLIN, 0}};
        if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return;
        if (watched[0].revents == 0) continue;
        Peer peer = accept_one(listener_.get());
        if (peer.socket.valid()) {
            admit(std::move(peer.socket), peer.source);
        } else if (errno != EAGAIN && !is_passing(errno)) {
            ::poll(&watched[1], 1, accept_pause_ms);
        }
    }
}

void GrpcListener::admit(os::UniqueFd socket, const std::string& source) {
    struct stat state{};
    const int given = ::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0);  // this one closes itself
    if (given < 0 || ::fstat(given, &state) != 0) return;
    const ConnectionVerdict verdict = enter(source, {given, state.st_dev, state.st_ino});
    full_.tell(source, verdict);
    if (!verdict.admitted()) {
        ::close(given);
        return;
    }
    set(given, IPPROTO_TCP, TCP_NODELAY, 1);
    set(given, IPPROTO_TCP, TCP_USER_TIMEOUT, peer_timeout_ms);
    take_(given);
}

ConnectionVerdict GrpcListener::enter(const std::string& source, const Socket& socket) {
    const std::scoped_lock lock(mutex_);
    if (!places_.has_room(source) && clock_.mono() - looked_ >= look_every) forget_closed();
    const ConnectionVerdict verdict = places_.enter(source);
    if (!verdict.admitted()) return verdict;
    places_.works(verdict.number);  // so nobody takes its place
    sockets_.emplace(verdict.number, socket);
    return verdict;
}

void GrpcListener::forget_closed() {
    looked_ = clock_.mono();
    std::erase_if(sockets_, [this](const auto& entry) {
        const Socket& socket = entry.second;
        struct stat now{};
        const bool there = ::fstat(socket.descriptor, &now) == 0 && now.st_dev == socket.device &&
                           now.st_ino == socket.inode;
        if (!there) places_.leave(entry.first);
        return !there;
    });
}

std::size_t GrpcListener::connections() {
    const std::scoped_lock lock(mutex_);
    forget_closed();
    return places_.taken();
}

ConnectionCounts GrpcListener::refused() {
    const std::scoped_lock lock(mutex_);
    return places_.refused();
}

}  // namespace foyer::master
