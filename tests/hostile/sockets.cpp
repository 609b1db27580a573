// Sockets that nobody in a partition needs, and changes of its network. Each family and protocol
// that is asked for is a module which the kernel loads for whoever asks.
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/hostile/attack.h"

namespace foyer::hostile {
namespace {

sockaddr_in6 place(const char* address, int port) {
    sockaddr_in6 at{};
    at.sin6_family = AF_INET6;
    at.sin6_port = htons(static_cast<std::uint16_t>(port));
    ::inet_pton(AF_INET6, address, &at.sin6_addr);
    return at;
}

// Any other answer than a denial came from behind the profile.
Outcome opens(int family, int type, int protocol) {
    if (::socket(family, type | SOCK_CLOEXEC, protocol) >= 0) return succeeded("it was given");
    if (errno == EPERM || errno == EACCES) return failed();
    return succeeded(std::string("the kernel looked for it: ") + std::strerror(errno));
}

Outcome opens_pair(int family) {
    int ends[2];
    if (::socketpair(family, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0)
        return succeeded("it was given");
    if (errno == EPERM || errno == EACCES) return failed();
    return succeeded(std::string("the kernel looked for it: ") + std::strerror(errno));
}

// A change of the network by netlink, and what the kernel says to it.
Outcome asks_netlink(std::uint16_t type, const void* body, std::uint32_t size) {
    const int talk = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (talk < 0) return failed();
    struct {
        nlmsghdr head;
        char body[64];
    } wish{};
    wish.head = {.nlmsg_len = NLMSG_LENGTH(size),
                 .nlmsg_type = type,
                 .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE,
                 .nlmsg_seq = 1,
                 .nlmsg_pid = 0};
    std::memcpy(wish.body, body, size);
    if (::send(talk, &wish, wish.head.nlmsg_len, 0) < 0) return failed();
    struct {
        nlmsghdr head;
        nlmsgerr error;
        char rest[256];
    } answer{};
    if (::recv(talk, &answer, sizeof answer, 0) < 0) return failed();
    errno = -answer.error.error;
    return errno == 0 ? succeeded("it was done") : failed();
}

Outcome adds_an_address() {
    struct {
        ifaddrmsg about;
        rtattr head;
        in6_addr address;
    } wish{};
    wish.about = {AF_INET6, 64, 0, 0, ::if_nametoindex("eth0")};
    wish.head = {RTA_LENGTH(sizeof wish.address), IFA_LOCAL};
    ::inet_pton(AF_INET6, "fd50:f0e:dead::1", &wish.address);
    return asks_netlink(RTM_NEWADDR, &wish, sizeof wish);
}

Outcome adds_a_route() {
    struct {
        rtmsg about;
        rtattr head;
        int link;
    } wish{};
    wish.about.rtm_family = AF_INET6;
    wish.about.rtm_table = RT_TABLE_MAIN;
    wish.about.rtm_protocol = RTPROT_STATIC;
    wish.about.rtm_type = RTN_UNICAST;
    wish.head = {RTA_LENGTH(sizeof wish.link), RTA_OIF};
    wish.link = static_cast<int>(::if_nametoindex("eth0"));
    return asks_netlink(RTM_NEWROUTE, &wish, sizeof wish);
}

Outcome hears_all() {
    const int talk = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (talk < 0) return failed();
    ifreq wish{};
    std::strncpy(wish.ifr_name, "eth0", sizeof wish.ifr_name - 1);
    wish.ifr_flags = IFF_PROMISC | IFF_UP;
    return said(::ioctl(talk, SIOCSIFFLAGS, &wish), "it hears all");
}

// As a process that knows the ways of its neighbours on the cable: there is one, fe80::1. The table
// of neighbours is one for the whole machine.
Outcome looks_for_neighbours() {
    const int talk = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (talk < 0) return failed();
    sockaddr_in6 to = place("fe80::1234", 9);
    to.sin6_scope_id = ::if_nametoindex("eth0");
    return said(::sendto(talk, "x", 1, 0, reinterpret_cast<sockaddr*>(&to), sizeof to),
                "the kernel looks for it");
}

Outcome takes_anothers_address() {
    const int talk = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const sockaddr_in6 at = place("fd50:f0e:1:1::1", 0);
    return said(::bind(talk, reinterpret_cast<const sockaddr*>(&at), sizeof at),
                "it has that address");
}

Outcome marks_packets() {
    const int talk = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int mark = 1;
    return said(::setsockopt(talk, SOL_SOCKET, SO_MARK, &mark, sizeof mark), "they are marked");
}

constexpr Attack all[] = {
    {"raw socket, IPv4", [] { return opens(AF_INET, SOCK_RAW, IPPROTO_ICMP); }},
    {"raw socket, IPv6", [] { return opens(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6); }},
    {"packet socket", [] { return opens(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)); }},
    {"socket of ciphers", [] { return opens(AF_ALG, SOCK_SEQPACKET, 0); }},
    {"socket to the hypervisor", [] { return opens(AF_VSOCK, SOCK_STREAM, 0); }},
    {"socket of TIPC", [] { return opens(AF_TIPC, SOCK_SEQPACKET, 0); }},
    {"socket of CAN", [] { return opens(AF_CAN, SOCK_RAW, 1); }},
    {"pair of TIPC", [] { return opens_pair(AF_TIPC); }},
    {"pair of RDS", [] { return opens_pair(AF_RDS); }},
    {"SCTP", [] { return opens(AF_INET6, SOCK_SEQPACKET, IPPROTO_SCTP); }},
    {"DCCP", [] { return opens(AF_INET6, 6 /* SOCK_DCCP */, IPPROTO_DCCP); }},
    {"MPTCP", [] { return opens(AF_INET6, SOCK_STREAM, 262); }},
    {"L2TP", [] { return opens(AF_INET6, SOCK_DGRAM, 115); }},
    {"UDP-Lite", [] { return opens(AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE); }},
    {"netlink xfrm", [] { return opens(AF_NETLINK, SOCK_RAW, NETLINK_XFRM); }},
    {"netlink netfilter", [] { return opens(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER); }},
    {"netlink audit", [] { return opens(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT); }},
    {"netlink generic", [] { return opens(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC); }},
    {"netlink crypto", [] { return opens(AF_NETLINK, SOCK_RAW, NETLINK_CRYPTO); }},
    {"netlink of devices", [] { return opens(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT); }},
    {"add an address", adds_an_address},
    {"add a route", adds_a_route},
    {"promiscuous link", hears_all},
    {"look for neighbours", looks_for_neighbours},
    {"another's address", takes_anothers_address},
    {"mark packets", marks_packets},
};

}  // namespace

std::span<const Attack> socket_attacks() { return all; }

}  // namespace foyer::hostile
