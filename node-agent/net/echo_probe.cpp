#include "node-agent/net/echo_probe.h"

#include <arpa/inet.h>
#include <cstring>
#include <netinet/icmp6.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/os/sys.h"

namespace foyer::agent {

namespace {

constexpr int answers_max = 1000;  // of one call: more would be somebody's flood

// When the kernel got it, in µs of the wall clock.
std::optional<std::int64_t> stamp_of(msghdr& message) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
         part = CMSG_NXTHDR(&message, part)) {
        timespec stamp = {};
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS ||
            part->cmsg_len < CMSG_LEN(sizeof stamp))
            continue;
        std::memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
        return std::int64_t{stamp.tv_sec} * 1'000'000 + stamp.tv_nsec / 1'000;
    }
    return std::nullopt;
}

}  // namespace

Result<EchoProbe> EchoProbe::open(const std::string& netns_file) {
    EchoProbe probe;
    probe.socket_ =
        TRY(os::socket_in(netns_file, AF_INET6, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_ICMPV6));
    icmp6_filter filter;
    ICMP6_FILTER_SETBLOCKALL(&filter);
    ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
    if (::setsockopt(probe.socket_.get(), IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) !=
        0)
        return os::errno_error("cannot filter the probe's socket");
    const int yes = 1;
    if (::setsockopt(probe.socket_.get(), SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof yes) != 0)
        return os::errno_error("cannot have answers stamped");
    probe.id_ = static_cast<std::uint16_t>(::getpid());
    return probe;
}

void EchoProbe::ask(const std::string& address, WallTime now) {
    sockaddr_in6 to = {};
    to.sin6_family = AF_INET6;
    if (::inet_pton(AF_INET6, address.c_str(), &to.sin6_addr) != 1) return;
    icmp6_hdr question = {};
    question.icmp6_type = ICMP6_ECHO_REQUEST;
    question.icmp6_id = htons(id_);
    question.icmp6_seq = htons(++sequence_);
    asked_[sequence_ % asked_max] = {sequence_, now};
    const ssize_t sent = ::sendto(socket_.get(), &question, sizeof question, 0,
                                  reinterpret_cast<const sockaddr*>(&to), sizeof to);
    static_cast<void>(sent);  // silence is what the caller measures
}

std::optional<std::chrono::microseconds> EchoProbe::took(std::uint16_t sequence,
                                                         std::int64_t came_us) {
    const Asked& asked = asked_[sequence % asked_max];
    if (asked.sequence != sequence || asked.at.unix_ms == 0) return std::nullopt;
    return std::chrono::microseconds(came_us - asked.at.unix_ms * 1'000);
}

std::vector<EchoProbe::Answer> EchoProbe::answers() {
    std::vector<Answer> found;
    for (int i = 0; i < answers_max; ++i) {
        icmp6_hdr answer = {};
        sockaddr_in6 from = {};
        iovec body{.iov_base = &answer, .iov_len = sizeof answer};
        alignas(cmsghdr) std::array<char, 128> extra{};
        msghdr message = {};
        message.msg_name = &from;
        message.msg_namelen = sizeof from;
        message.msg_iov = &body;
        message.msg_iovlen = 1;
        message.msg_control = extra.data();
        message.msg_controllen = extra.size();
        const ssize_t count = ::recvmsg(socket_.get(), &message, 0);
        if (count < 0 && errno != EINTR) break;
        if (count < static_cast<ssize_t>(sizeof answer) || answer.icmp6_id != htons(id_)) continue;
        char text[INET6_ADDRSTRLEN] = {};
        ::inet_ntop(AF_INET6, &from.sin6_addr, text, sizeof text);
        const auto came = stamp_of(message);
        found.push_back({text, came ? took(ntohs(answer.icmp6_seq), *came) : std::nullopt});
    }
    return found;
}

}  // namespace foyer::agent
