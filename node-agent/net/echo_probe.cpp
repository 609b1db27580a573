#include "node-agent/net/echo_probe.h"

#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/os/sys.h"

namespace foyer::agent {

namespace {

constexpr int answers_max = 1000;  // of one call: more would be somebody's flood

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
    probe.id_ = static_cast<std::uint16_t>(::getpid());
    return probe;
}

void EchoProbe::ask(const std::string& address) {
    sockaddr_in6 to = {};
    to.sin6_family = AF_INET6;
    if (::inet_pton(AF_INET6, address.c_str(), &to.sin6_addr) != 1) return;
    icmp6_hdr question = {};
    question.icmp6_type = ICMP6_ECHO_REQUEST;
    question.icmp6_id = htons(id_);
    question.icmp6_seq = htons(++sequence_);
    const ssize_t sent = ::sendto(socket_.get(), &question, sizeof question, 0,
                                  reinterpret_cast<const sockaddr*>(&to), sizeof to);
    static_cast<void>(sent);  // silence is what the caller measures
}

std::vector<std::string> EchoProbe::answers() {
    std::vector<std::string> found;
    for (int i = 0; i < answers_max; ++i) {
        icmp6_hdr answer = {};
        sockaddr_in6 from = {};
        socklen_t size = sizeof from;
        const ssize_t count = ::recvfrom(socket_.get(), &answer, sizeof answer, 0,
                                         reinterpret_cast<sockaddr*>(&from), &size);
        if (count < 0 && errno != EINTR) break;
        if (count < static_cast<ssize_t>(sizeof answer) || answer.icmp6_id != htons(id_)) continue;
        char text[INET6_ADDRSTRLEN] = {};
        ::inet_ntop(AF_INET6, &from.sin6_addr, text, sizeof text);
        found.emplace_back(text);
    }
    return found;
}

}  // namespace foyer::agent
