#include "node-agent/net/haproxy_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/os/sys.h"

namespace foyer::agent {

namespace {

constexpr std::size_t answer_bytes_max = 1 << 20;

}  // namespace

Result<std::string> ask_haproxy(const std::string& socket_path, const std::string& command,
                                Duration timeout) {
    const os::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (!fd.valid() || socket_path.size() >= sizeof address.sun_path)
        return error(ErrorCode::InvalidArgument, "'" + socket_path + "' cannot name a socket");
    socket_path.copy(address.sun_path, socket_path.size());
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return error(ErrorCode::Unavailable, os::errno_error("haproxy cannot be reached").message);
    TRY(os::write_all(fd.get(), command + "\n"));
    std::string answer;
    char buffer[4096];
    for (;;) {
        pollfd wait = {fd.get(), POLLIN, 0};
        if (::poll(&wait, 1, static_cast<int>(timeout.count())) <= 0)
            return error(ErrorCode::Unavailable, "haproxy does not answer");
        const ssize_t count = ::read(fd.get(), buffer, sizeof buffer);
        if (count < 0)
            return error(ErrorCode::Unavailable,
                         os::errno_error("haproxy's answer was lost").message);
        if (count == 0) break;
        answer.append(buffer, static_cast<std::size_t>(count));
        if (answer.size() > answer_bytes_max)
            return error(ErrorCode::ResourceExhausted, "haproxy's answer is too long");
    }
    while (!answer.empty() && answer.back() == '\n') answer.pop_back();
    return answer;
}

}  // namespace foyer::agent
