// foyer-probe: tries from inside a partition what must not work there. usage: foyer-probe < PLAN
//
// Reads lines: first "nonce WORD", then what to try, and answers each of these with a line, "WORD
// NUMBER blocked WHY", "… reached HOW", or "… unknown WHY" where the try itself failed.
//
//   tcp ADDRESS PORT     a connection; a refusal counts as reached: somebody there said no
//   udp ADDRESS PORT     a datagram, and half a second for an answer of anybody
//   socket PATH          a local socket
//   file PATH            reading a file or a folder
//   write PATH           opening a file for writing
//   make PATH            making a file
//   call NAME            what the kernel does for nobody in a partition, see `calls` below
//
// Anywhere else it does nothing (exit status 2). What succeeds although it must not is undone. Who
// else lives in the partition can neither look into it nor speak in its place: it cannot be traced,
// and the word is known to it alone. It links no library of ours and is static: the partition's
// image need not have a library.
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sstream>
#include <string>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/os/unique_fd.h"

using foyer::os::UniqueFd;

namespace {

constexpr int connect_ms = 1000;
constexpr int answer_ms = 500;

std::string blocked(const std::string& why) { return "blocked " + why; }

// By the error of what was tried: only a denial, or that there is no way, shows that something is
// blocked.
std::string blocked() {
    switch (errno) {
        case EPERM:
        case EACCES:
        case ENOSYS:
        case EROFS:
        case ENOENT:
        case ENXIO:
        case ENOTDIR:
        case ENETUNREACH:
        case EHOSTUNREACH:
        case ENETDOWN:
        case EAFNOSUPPORT: return blocked(std::strerror(errno));
        default: return std::string("unknown ") + std::strerror(errno);
    }
}
std::string reached(const std::string& how) { return "reached " + how; }

struct Place {
    sockaddr_storage bytes{};
    socklen_t size = 0;
    int family = AF_UNSPEC;
};

Place place_of(const std::string& address, int port) {
    Place place;
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    const std::string bare = address.substr(0, address.find('%'));
    if (::inet_pton(AF_INET, bare.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(static_cast<std::uint16_t>(port));
        std::memcpy(&place.bytes, &v4, sizeof v4);
        place.size = sizeof v4;
        place.family = AF_INET;
    } else if (::inet_pton(AF_INET6, bare.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(static_cast<std::uint16_t>(port));
        // Link-local and multicast want a link: the partition's only one.
        if (IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr) || IN6_IS_ADDR_MULTICAST(&v6.sin6_addr))
            v6.sin6_scope_id = ::if_nametoindex("eth0");
        std::memcpy(&place.bytes, &v6, sizeof v6);
        place.size = sizeof v6;
        place.family = AF_INET6;
    }
    return place;
}

const sockaddr* generic(const Place& place) {
    return reinterpret_cast<const sockaddr*>(&place.bytes);
}

std::string try_tcp(const std::string& address, int port) {
    const Place place = place_of(address, port);
    const UniqueFd socket(::socket(place.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.valid()) return blocked();
    if (::connect(socket.get(), generic(place), place.size) == 0) return reached("it answers");
    if (errno != EINPROGRESS) return errno == ECONNREFUSED ? reached("it refuses") : blocked();
    pollfd watched{socket.get(), POLLOUT, 0};
    if (::poll(&watched, 1, connect_ms) <= 0) return blocked("no answer");
    int failure = 0;
    socklen_t size = sizeof failure;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failure, &size);
    if (failure == 0) return reached("it answers");
    if (failure == ECONNREFUSED) return reached("it refuses");
    errno = failure;
    return blocked();
}

// What those who listen at a port would answer.
std::string question_for(int port) {
    if (port == 1900)
        return "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\n"
               "MX: 1\r\nST: ssdp:all\r\n\r\n";
    std::string dns("\0\1\1\0\0\1\0\0\0\0\0\0", 12);
    if (port == 5353)
        return dns + std::string("\x09_services\x07_dns-sd\x04_udp\x05local\0\0\x0c\0\1", 34);
    return dns + std::string("\0\0\2\0\1", 5);  // who serves the root?
}

// Unconnected: whoever answers, from whatever address, was reached. The socket hears of a refusal
// all the same (IP_RECVERR).
std::string try_udp(const std::string& address, int port) {
    const Place place = place_of(address, port);
    const UniqueFd socket(::socket(place.family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.valid()) return blocked();
    const int yes = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes);
    if (place.family == AF_INET)
        ::setsockopt(socket.get(), IPPROTO_IP, IP_RECVERR, &yes, sizeof yes);
    else
        ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_RECVERR, &yes, sizeof yes);
    const std::string question = question_for(port);
    if (::sendto(socket.get(), question.data(), question.size(), 0, generic(place), place.size) < 0)
        return blocked();
    pollfd watched{socket.get(), POLLIN, 0};
    if (::poll(&watched, 1, answer_ms) <= 0) return blocked("no answer");
    char piece = 0;
    if (::recv(socket.get(), &piece, 1, 0) >= 0) return reached("it answers");
    return errno == ECONNREFUSED ? reached("it refuses") : blocked();
}

std::string try_socket(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return blocked("its path is too long");
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket.valid()) return blocked();
    const int done =
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    return done == 0 ? reached("it takes calls") : blocked();
}

std::string try_open(const std::string& path, int flags, const char* how) {
    const UniqueFd file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
    return file.valid() ? reached(how) : blocked();
}

// What is masked in a partition can be opened, and is empty.
std::string try_read(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.valid()) return blocked();
    char byte = 0;
    const ssize_t got = ::read(file.get(), &byte, 1);
    if (got == 0) return blocked("nothing is in it");
    if (got > 0 || errno == EISDIR || errno == EAGAIN) return reached("it can be read");
    return blocked();
}

std::string try_make(const std::string& path) {
    const std::string made = try_open(path, O_WRONLY | O_CREAT | O_EXCL, "it can be made");
    if (made.starts_with("reached")) ::unlink(path.c_str());
    return made;
}

std::string said(long result, const char* how) { return result >= 0 ? reached(how) : blocked(); }

std::string open_socket(int family, int type, int protocol) {
    const UniqueFd socket(::socket(family, type | SOCK_CLOEXEC, protocol));
    return said(socket.get(), "it was given");
}

std::string open_perf() {
    perf_event_attr wanted{};
    wanted.size = sizeof wanted;
    wanted.type = PERF_TYPE_SOFTWARE;
    const UniqueFd counter(
        static_cast<int>(::syscall(SYS_perf_event_open, &wanted, 0, -1, -1, 0UL)));
    return said(counter.get(), "it was given");
}

std::string load_bpf() {
    bpf_attr wanted{};
    wanted.map_type = BPF_MAP_TYPE_ARRAY;
    wanted.key_size = wanted.value_size = 4;
    wanted.max_entries = 1;
    const UniqueFd map(
        static_cast<int>(::syscall(SYS_bpf, BPF_MAP_CREATE, &wanted, sizeof wanted)));
    return said(map.get(), "a map was made");
}

std::string mount_something() {
    if (::mount("none", "/tmp", "tmpfs", 0, nullptr) != 0) return blocked();
    ::umount2("/tmp", MNT_DETACH);
    return reached("it mounted");
}

std::string make_disk() {
    const char* path = "/tmp/foyer-probe-disk";
    if (::mknod(path, S_IFBLK | 0600, 0x0800) != 0) return blocked();
    ::unlink(path);
    return reached("it made a disk");
}

// Without a file: who may load modules hears that there is none.
std::string load_module() {
    if (::syscall(SYS_finit_module, -1, "", 0) == 0 || errno == EBADF)
        return reached("the kernel would load it");
    return blocked();
}

// To the pace it has.
std::string set_clock() {
    timex clock{};
    if (::adjtimex(&clock) < 0) return blocked();
    clock.modes = ADJ_FREQUENCY;
    return said(::adjtimex(&clock), "it may set the clock");
}

struct Call {
    const char* name;
    std::string (*attempt)();
};

constexpr Call calls[] = {
    {"mount", mount_something},
    {"raw_socket", [] { return open_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6); }},
    {"packet_socket", [] { return open_socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)); }},
    {"keyring",
     [] {
         return said(::syscall(SYS_keyctl, 0, -5 /* of the user session */, 0), "it was given");
     }},
    {"namespaces", [] { return said(::unshare(CLONE_NEWUSER | CLONE_NEWNS), "it has its own"); }},
    {"device", make_disk},
    {"bpf", load_bpf},
    {"perf", open_perf},
    {"module", load_module},
    {"administrator", [] { return said(::setuid(0), "it is root now"); }},
    {"trace", [] { return said(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr), "it may trace"); }},
    {"clock", set_clock},
};

// In a child: what it is given, it has for a moment only.
std::string apart(std::string (*attempt)()) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return blocked();
    const UniqueFd from(ends[0]);
    UniqueFd to(ends[1]);
    const pid_t child = ::fork();
    if (child < 0) return std::string("unknown ") + std::strerror(errno);
    if (child == 0) {
        const std::string answer = attempt();
        const ssize_t told = ::write(to.get(), answer.data(), answer.size());
        ::_exit(told < 0 ? 1 : 0);
    }
    to.reset();
    std::array<char, 256> answer{};
    const ssize_t size = ::read(from.get(), answer.data(), answer.size());
    ::waitpid(child, nullptr, 0);
    return size > 0 ? std::string(answer.data(), static_cast<std::size_t>(size))
                    : "unknown the try ended without a word";
}

std::string try_call(const std::string& name) {
    for (const Call& call : calls)
        if (name == call.name) return apart(call.attempt);
    return "unknown no such call";
}

std::string attempt(const std::string& line) {
    std::istringstream words(line);
    std::string kind;
    std::string what;
    int port = 0;
    words >> kind;
    if (kind == "tcp" || kind == "udp") {
        words >> what >> port;
        return kind == "tcp" ? try_tcp(what, port) : try_udp(what, port);
    }
    std::getline(words >> std::ws, what);
    if (kind == "socket") return try_socket(what);
    if (kind == "file") return try_read(what);
    if (kind == "write") return try_open(what, O_WRONLY, "it can be written");
    if (kind == "make") return try_make(what);
    if (kind == "call") return try_call(what);
    return "unknown no such try";
}

// The machine's own administrator may do all of this, and would do harm by it: mount over /tmp, set
// the clock.
bool is_in_partition() {
    std::ifstream map("/proc/self/uid_map");
    std::uint64_t inside = 0;
    std::uint64_t outside = 0;
    std::uint64_t count = 0;
    return (map >> inside >> outside >> count) && outside != 0 && count < UINT32_MAX;
}

}  // namespace

int main() {
    if (!is_in_partition()) {
        std::fputs("foyer-probe: this is no partition; use foyer-node selftest\n", stderr);
        return 2;
    }
    ::prctl(PR_SET_DUMPABLE, 0);
    std::string line;
    std::string nonce;
    std::getline(std::cin, nonce);
    if (!nonce.starts_with("nonce ")) return 2;
    nonce.erase(0, 6);
    for (int number = 0; std::getline(std::cin, line); ++number) {
        const std::string answer = nonce + " " + std::to_string(number) + " " + attempt(line);
        std::fputs((answer + "\n").c_str(), stdout);
        std::fflush(stdout);  // what was tried is told, whatever comes next
    }
    return 0;
}
