#include "node-agent/line/line_socket.h"

#include <algorithm>
#include <arpa/inet.h>
#include <memory>
#include <netdb.h>
#include <poll.h>

#include "common/os/sys.h"

namespace foyer::agent {
namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Result<AddressList> look_up(const std::string& host, int port, int flags) {
    addrinfo hints = {};
    hints.ai_flags = flags | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failed = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
    if (failed != 0)
        return error(ErrorCode::NotFound,
                     "'" + host + "' is not found: " + std::string(::gai_strerror(failed)));
    return AddressList(found, &::freeaddrinfo);
}

SocketAddress address_of(const addrinfo& found) {
    SocketAddress made;
    made.length = found.ai_addrlen;
    std::copy_n(reinterpret_cast<const char*>(found.ai_addr), found.ai_addrlen,
                reinterpret_cast<char*>(&made.storage));
    return made;
}

std::uint16_t& port_of(SocketAddress& address) {
    return address.storage.ss_family == AF_INET6
               ? reinterpret_cast<sockaddr_in6&>(address.storage).sin6_port
               : reinterpret_cast<sockaddr_in&>(address.storage).sin_port;
}

}  // namespace

int SocketAddress::port() const {
    SocketAddress copy = *this;
    return ntohs(port_of(copy));
}

SocketAddress SocketAddress::with_port(int port) const {
    SocketAddress copy = *this;
    port_of(copy) = htons(static_cast<std::uint16_t>(port));
    return copy;
}

Seen SocketAddress::seen() const {
    char text[INET6_ADDRSTRLEN] = {};
    if (storage.ss_family == AF_INET6) {
        const auto& six = reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(&six) != 0)
            ::inet_ntop(AF_INET, &six.s6_addr[12], text, sizeof text);
        else
            ::inet_ntop(AF_INET6, &six, text, sizeof text);
    } else {
        ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(storage).sin_addr, text,
                    sizeof text);
    }
    return {text, port()};
}

Result<SocketAddress> find_host(const std::string& host, int port) {
    return address_of(*TRY(look_up(host, port, AI_ADDRCONFIG)));
}

Result<os::UniqueFd> listen_at(int type, const std::string& address, int port) {
    const SocketAddress at = address_of(*TRY(look_up(address, port, AI_NUMERICHOST)));
    os::UniqueFd socket(::socket(at.storage.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.valid()) return os::errno_error("cannot make a socket");
    const int on = 1;
    const int off = 0;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (at.storage.ss_family == AF_INET6)
        ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    const std::string where = "'" + address + "' port " + std::to_string(port);
    if (::bind(socket.get(), at.raw(), at.length) != 0)
        return os::errno_error("cannot listen at " + where);
    if (type == SOCK_STREAM && ::listen(socket.get(), 16) != 0)
        return os::errno_error("cannot listen at " + where);
    return socket;
}

Result<os::UniqueFd> connect_to(const SocketAddress& to, Duration timeout) {
    const std::string where = to.seen().address + " port " + std::to_string(to.port());
    os::UniqueFd socket(
        ::socket(to.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.valid()) return os::errno_error("cannot make a socket");
    if (::connect(socket.get(), to.raw(), to.length) == 0) return socket;
    if (errno != EINPROGRESS) return os::errno_error("cannot reach " + where);
    pollfd ready{socket.get(), POLLOUT, 0};
    if (::poll(&ready, 1, static_cast<int>(timeout.count())) <= 0)
        return error(ErrorCode::DeadlineExceeded, where + " does not answer");
    int failed = 0;
    socklen_t size = sizeof failed;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failed, &size);
    if (failed != 0) return os::errno_error("cannot reach " + where, failed);
    return socket;
}

Result<Seen> own_address(int socket, const SocketAddress& to) {
    // A second socket, connected, tells which address is taken towards there; the first its port.
    const os::UniqueFd way(::socket(to.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    SocketAddress from;
    SocketAddress bound;
    if (!way.valid() || ::connect(way.get(), to.raw(), to.length) != 0 ||
        ::getsockname(way.get(), from.raw(), &from.length) != 0 ||
        ::getsockname(socket, bound.raw(), &bound.length) != 0)
        return os::errno_error("cannot tell this machine's own address");
    return Seen{from.seen().address, bound.port()};
}

}  // namespace foyer::agent
