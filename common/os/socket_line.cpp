#include "common/os/socket_line.h"

#include <array>
#include <poll.h>
#include <sys/socket.h>

namespace foyer::os {

bool ready(int descriptor, short events, Duration within) {
    pollfd watched{descriptor, events, 0};
    return ::poll(&watched, 1, static_cast<int>(within.count())) > 0;
}

std::optional<std::string> read_line(int descriptor, std::size_t bytes_max, Duration patience) {
    std::string line;
    std::array<char, 512> piece{};
    while (line.size() <= bytes_max && ready(descriptor, POLLIN, patience)) {
        const ssize_t got = ::recv(descriptor, piece.data(), piece.size(), 0);
        if (got <= 0) return std::nullopt;
        line.append(piece.data(), static_cast<std::size_t>(got));
        const std::size_t end = line.find('\n');
        if (end != std::string::npos) return line.substr(0, end);
    }
    return std::nullopt;
}

}  // namespace foyer::os
