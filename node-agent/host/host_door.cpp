#include "node-agent/host/host_door.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/os/socket_line.h"

namespace foyer::agent {
namespace {

constexpr Duration patience{2'000};
constexpr Duration answer_within{30'000};  // the agent may be writing to a slow disk
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

void write_all(int descriptor, std::string_view rest) {
    while (!rest.empty() && os::ready(descriptor, POLLOUT, patience)) {
        const ssize_t done = ::send(descriptor, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (done <= 0) return;
        rest.remove_prefix(static_cast<std::size_t>(done));
    }
}

Result<std::string> read_to_end(int descriptor) {
    std::string answer;
    std::array<char, 4096> piece{};
    while (os::ready(descriptor, POLLIN, answer_within)) {
        const ssize_t got = ::recv(descriptor, piece.data(), piece.size(), 0);
        if (got <= 0) break;
        answer.append(piece.data(), static_cast<std::size_t>(got));
        if (answer.size() > answer_bytes_max)
            return error(ErrorCode::ResourceExhausted, "the agent's answer is too long");
    }
    return answer;
}

}  // namespace

Result<HostDoor> HostDoor::listen(const std::string& folder) {
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
    return HostDoor(std::move(socket));
}

void HostDoor::serve(const std::function<std::string(const std::string&)>& answer) const {
    const os::UniqueFd caller(
        ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!caller.valid()) return;
    const auto line = os::read_line(caller.get(), request_bytes_max, patience);
    if (line) write_all(caller.get(), answer(*line));
}

Result<std::string> knock(const std::string& folder, const std::string& line) {
    const SocketPath path = TRY(socket_path(folder));
    const os::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket.valid() ||
        ::connect(socket.get(), generic(path.address), sizeof path.address) != 0) {
        return error(ErrorCode::Unavailable,
                     "no agent answers in '" + folder + "': " + std::strerror(errno));
    }
    write_all(socket.get(), line + "\n");
    const std::string answer = TRY(read_to_end(socket.get()));
    if (answer.empty())
        return error(ErrorCode::Unavailable,
                     "the agent in '" + folder +
                         "' did not answer; it may still do what it was asked, see "
                         "foyer-node status");
    return answer;
}

}  // namespace foyer::agent
