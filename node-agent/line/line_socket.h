// Sockets of the line's measure: made, bound and connected without ever waiting for long.
#pragma once

#include <netinet/in.h>
#include <string>
#include <sys/socket.h>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/os/unique_fd.h"
#include "node-agent/line/line_facts.h"

namespace foyer::agent {

struct SocketAddress {
    sockaddr_storage storage = {};
    socklen_t length = sizeof(sockaddr_storage);

    sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
    const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage); }
    int port() const;
    SocketAddress with_port(int port) const;
    Seen seen() const;  // an IPv4 address within IPv6 as the IPv4 address
};

// A name or number. NotFound: nobody is called so.
Result<SocketAddress> find_host(const std::string& host, int port);
// Never blocks; closed when the program is replaced.
Result<os::UniqueFd> listen_at(int type, const std::string& address, int port);
Result<os::UniqueFd> connect_to(const SocketAddress& to, Duration timeout);
// The address that datagrams to `to` leave from.
Result<Seen> own_address(int socket, const SocketAddress& to);

}  // namespace foyer::agent
