#include "tests/pg/support/cutting_proxy.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <poll.h>
#include <stop_token>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/os/stop_event.h"

namespace foyer::test {

namespace {

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) std::abort();
    std::memcpy(address.sun_path, path.c_str(), path.size());
    return address;
}

const sockaddr* plain(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);  // NOLINT: the sockets interface
}

bool pass_on(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

}  // namespace

CuttingProxy::CuttingProxy(std::string server_socket)
    : server_socket_(std::move(server_socket)),
      listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_un address = address_of(folder_.path() + "/.s.PGSQL.5432");
    if (::bind(listener_.get(), plain(address), sizeof address) != 0 ||
        ::listen(listener_.get(), 8) != 0)
        std::abort();
    thread_ = std::jthread([this] { serve(); });
}

CuttingProxy::~CuttingProxy() { ::shutdown(listener_.get(), SHUT_RDWR); }

// One client after the other: the store has one writing connection.
void CuttingProxy::serve() {
    for (;;) {
        const os::UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!client.valid()) return;
        const os::UniqueFd server(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const sockaddr_un address = address_of(server_socket_);
        if (::connect(server.get(), plain(address), sizeof address) != 0) return;
        carry(client.get(), server.get());
    }
}

void CuttingProxy::carry(int client, int server) {
    bool swallow = false;
    for (;;) {
        std::array<pollfd, 3> waits = {
            {{client, POLLIN, 0}, {server, POLLIN, 0}, {listener_.get(), 0, 0}}};
        if (::poll(waits.data(), waits.size(), -1) < 0 || waits[2].revents != 0) return;
        for (const int from : {client, server}) {
            if (waits[from == client ? 0 : 1].revents == 0) continue;
            char buffer[65'536];
            const ssize_t count = ::recv(from, buffer, sizeof buffer, 0);
            if (count <= 0) return;
            const std::string_view bytes(buffer, static_cast<std::size_t>(count));
            const bool commits =
                from == client && bytes.find("commit_batch") != std::string_view::npos;
            if (commits && cut_ == Cut::BeforeCommit)
                return has_cut_ = true, cut_ = Cut::Never, void();
            if (commits && cut_ == Cut::AfterCommit) swallow = true;
            if (swallow && from == server) return has_cut_ = true, cut_ = Cut::Never, void();
            if (!pass_on(from == client ? server : client, bytes)) return;
        }
    }
}

}  // namespace foyer::test
