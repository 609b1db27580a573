#include "node-agent/status_server.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace foyer::agent {
namespace {

constexpr int patience_ms = 2'000;
constexpr std::size_t answer_bytes_max = std::size_t{16} * 1024 * 1024;

// A socket's address holds 107 characters; a path through the folder's descriptor always fits.
struct SocketPath {
    os::UniqueFd folder;
    sockaddr_un address{};
};

Result<SocketPath> socket_path(const std::string& folder) {
    SocketPath path;
    path.folder.reset(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!path.folder.valid())
        return error(ErrorCode::Unavailable,
                     "cannot open '" + folder + "': " + std::strerror(errno));
    path.address.sun_family = AF_UNIX;
    const std::string text = "/proc/self/fd/" + std::to_string(path.folder.get()) + "/agent.sock";
    std::memcpy(path.address.sun_path, text.c_str(), text.size() + 1);
    return path;
}

const sockaddr* generic(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

bool ready(int descriptor, short events) {
    pollfd watched{descriptor, events, 0};
    return ::poll(&watched, 1, patience_ms) > 0;
}

}  // namespace

Result<StatusServer> StatusServer::listen(const std::string& folder) {
    const SocketPath path = TRY(socket_path(folder));
    os::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto refuse = [&] {
        return error(ErrorCode::Unavailable,
                     "cannot listen on '" + folder + "/agent.sock': " + std::strerror(errno));
    };
    if (!socket.valid()) return refuse();
    ::unlink(path.address.sun_path);
    const mode_t before = ::umask(0177);
    const int bound = ::bind(socket.get(), generic(path.address), sizeof path.address);
    ::umask(before);
    if (bound != 0 || ::listen(socket.get(), 8) != 0) return refuse();
    return StatusServer(std::move(socket));
}

void StatusServer::answer(const std::function<std::string()>& document) const {
    const os::UniqueFd caller(
        ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!caller.valid()) return;
    const std::string text = document();
    std::string_view rest = text;
    while (!rest.empty() && ready(caller.get(), POLLOUT)) {
        const ssize_t done = ::send(caller.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (done <= 0) return;
        rest.remove_prefix(static_cast<std::size_t>(done));
    }
}

Result<std::string> ask_status(const std::string& folder) {
    const SocketPath path = TRY(socket_path(folder));
    const os::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket.valid() ||
        ::connect(socket.get(), generic(path.address), sizeof path.address) != 0) {
        return error(ErrorCode::Unavailable,
                     "no agent answers in '" + folder + "': " + std::strerror(errno));
    }
    std::string answer;
    std::array<char, 4096> piece{};
    while (ready(socket.get(), POLLIN)) {
        const ssize_t got = ::recv(socket.get(), piece.data(), piece.size(), 0);
        if (got <= 0) break;
        answer.append(piece.data(), static_cast<std::size_t>(got));
        if (answer.size() > answer_bytes_max)
            return error(ErrorCode::ResourceExhausted, "the agent's answer is too long");
    }
    if (answer.empty())
        return error(ErrorCode::Unavailable, "the agent in '" + folder + "' did not answer");
    return answer;
}

}  // namespace foyer::agent
