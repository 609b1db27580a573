#include "node-agent/net/link_counts.h"

#include <cstring>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "common/os/sys.h"

namespace foyer::agent {

namespace {

constexpr std::size_t piece_bytes = 64 * 1024;
constexpr int pieces_max = 1'000;
constexpr int patience_s = 5;

// What each packet grows by beyond what a kernel's WireGuard counted: it leaves out UDP and IP of
// what it receives, and also its own header of what it sends.
constexpr int kernel_received_bytes = 48;
constexpr int kernel_sent_bytes = 64;

template <class T>
bool take(std::string_view from, T& value) {
    if (from.size() < sizeof value) return false;
    std::memcpy(&value, from.data(), sizeof value);
    return true;
}

// Calls `each(type, value)` for attributes, as far as they are whole.
template <class Each>
void attributes(std::string_view rest, const Each& each) {
    rtattr head = {};
    while (take(rest, head)) {
        if (head.rta_len < sizeof head || head.rta_len > rest.size()) return;
        each(head.rta_type & NLA_TYPE_MASK, rest.substr(sizeof head, head.rta_len - sizeof head));
        rest.remove_prefix(std::min<std::size_t>(RTA_ALIGN(head.rta_len), rest.size()));
    }
}

std::string text_of(std::string_view value) {
    return std::string(value.substr(0, value.find('\0')));
}

void read_stats(std::string_view value, LinkCount& link) {
    // Older kernels send fewer fields; ours are the first.
    std::uint64_t first[4] = {};
    if (!take(value, first)) return;
    link.received_packets = static_cast<std::int64_t>(first[0]);
    link.sent_packets = static_cast<std::int64_t>(first[1]);
    link.received_bytes = static_cast<std::int64_t>(first[2]);
    link.sent_bytes = static_cast<std::int64_t>(first[3]);
}

void read_link(std::string_view body, std::map<std::string, LinkCount>& links) {
    ifinfomsg info = {};
    if (!take(body, info)) return;
    LinkCount link{.number = info.ifi_index};
    std::string name;
    body.remove_prefix(NLMSG_ALIGN(sizeof info));
    attributes(body, [&](int type, std::string_view value) {
        if (type == IFLA_IFNAME) name = text_of(value);
        if (type == IFLA_STATS64) read_stats(value, link);
        if (type == IFLA_LINKINFO)
            attributes(value, [&](int inner, std::string_view kind) {
                if (inner == IFLA_INFO_KIND) link.kind = text_of(kind);
            });
    });
    if (!name.empty()) links[name] = link;
}

}  // namespace

DeviceCount line_count(const LinkCount& link) {
    const bool kernel = link.kind == "wireguard";
    const std::int64_t sent = kernel ? kernel_sent_bytes : line_overhead_bytes;
    const std::int64_t received = kernel ? kernel_received_bytes : line_overhead_bytes;
    return {link.number,
            {Bytes(link.sent_bytes + sent * link.sent_packets),
             Bytes(link.received_bytes + received * link.received_packets)}};
}

Result<bool> parse_links(std::string_view answer, std::map<std::string, LinkCount>& links) {
    nlmsghdr head = {};
    while (take(answer, head)) {
        if (head.nlmsg_len < sizeof head || head.nlmsg_len > answer.size()) break;
        if (head.nlmsg_type == NLMSG_DONE) return true;
        const std::string_view body = answer.substr(sizeof head, head.nlmsg_len - sizeof head);
        if (head.nlmsg_type == NLMSG_ERROR)
            return error(ErrorCode::Internal, "the kernel does not tell its links");
        if (head.nlmsg_type == RTM_NEWLINK) read_link(body, links);
        answer.remove_prefix(std::min<std::size_t>(NLMSG_ALIGN(head.nlmsg_len), answer.size()));
    }
    return false;
}

Result<std::map<std::string, LinkCount>> read_links(const std::string& netns_file) {
    const os::UniqueFd socket = TRY(os::socket_in(netns_file, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    const timeval patience{.tv_sec = patience_s, .tv_usec = 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    struct {
        nlmsghdr head;
        ifinfomsg info;
    } question = {};
    question.head.nlmsg_len = sizeof question;
    question.head.nlmsg_type = RTM_GETLINK;
    question.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    if (::send(socket.get(), &question, sizeof question, 0) < 0)
        return os::errno_error("cannot ask for links");
    std::map<std::string, LinkCount> links;
    std::string piece(piece_bytes, '\0');
    for (int i = 0; i < pieces_max; ++i) {
        const ssize_t got = ::recv(socket.get(), piece.data(), piece.size(), 0);
        if (got <= 0) return os::errno_error("the kernel does not tell its links");
        const std::string_view part(piece.data(), static_cast<std::size_t>(got));
        if (TRY(parse_links(part, links))) return links;
    }
    return error(ErrorCode::Internal, "the kernel tells its links without end");
}

}  // namespace foyer::agent
