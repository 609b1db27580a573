// foyer-probe: tries from inside a partition what must not work there. usage: foyer-probe < PLAN
//
// Reads lines, tries each, and answers it with a line: "blocked WHY" or "reached HOW".
//
//   tcp ADDRESS PORT     a connection; a refusal counts as reached: somebody there said no
//   udp ADDRESS PORT     a datagram, and half a second for an answer
//   socket PATH          a local socket
//   file PATH            reading a file or a folder
//   write PATH           making a file, or opening it for writing
//   call NAME            what the kernel does for nobody in a partition, see `calls` below
//
// Anywhere else it does nothing (exit status 2). It links nothing of ours and is static: the
// partition's image need not have a library.
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
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sstream>
#include <string>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

constexpr int connect_ms = 1000;
constexpr int answer_ms = 500;

std::string blocked(const std::string& why) { return "blocked " + why; }
std::string blocked() { return blocked(std::strerror(errno)); }
std::string reached(const std::string& how) { return "reached " + how; }

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return number_; }
    bool valid() const { return number_ >= 0; }

private:
    int number_;
};

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
            v6.sin6_scope_id = 2;
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
    const Descriptor socket(::socket(place.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
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
    return blocked(std::strerror(failure));
}

std::string try_udp(const std::string& address, int port) {
    const Place place = place_of(address, port);
    const Descriptor socket(::socket(place.family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket.valid()) return blocked();
    const int yes = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes);
    // Not connected for many-cast addresses: whoever answers may.
    const bool one = ::connect(socket.get(), generic(place), place.size) == 0;
    // A question for the root of DNS: most that listen for datagrams answer it, if only with scorn.
    constexpr std::array<char, 17> question{0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1};
    const ssize_t sent = one ? ::send(socket.get(), question.data(), question.size(), 0)
                             : ::sendto(socket.get(), question.data(), question.size(), 0,
                                        generic(place), place.size);
    if (sent < 0) return blocked();
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
    const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket.valid()) return blocked();
    const int done =
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    return done == 0 ? reached("it takes calls") : blocked();
}

std::string try_open(const std::string& path, int flags, const char* how) {
    const Descriptor file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
    return file.valid() ? reached(how) : blocked();
}

std::string said(long result, const char* how) { return result >= 0 ? reached(how) : blocked(); }

std::string open_socket(int family, int type, int protocol) {
    const Descriptor socket(::socket(family, type | SOCK_CLOEXEC, protocol));
    return said(socket.get(), "it was given");
}

std::string open_perf() {
    perf_event_attr wanted{};
    wanted.size = sizeof wanted;
    wanted.type = PERF_TYPE_SOFTWARE;
    const Descriptor counter(
        static_cast<int>(::syscall(SYS_perf_event_open, &wanted, 0, -1, -1, 0UL)));
    return said(counter.get(), "it was given");
}

std::string load_bpf() {
    bpf_attr wanted{};
    wanted.map_type = BPF_MAP_TYPE_ARRAY;
    wanted.key_size = wanted.value_size = 4;
    wanted.max_entries = 1;
    const Descriptor map(
        static_cast<int>(::syscall(SYS_bpf, BPF_MAP_CREATE, &wanted, sizeof wanted)));
    return said(map.get(), "a map was made");
}

struct Call {
    const char* name;
    std::string (*attempt)();
};

constexpr Call calls[] = {
    {"mount", [] { return said(::mount("none", "/tmp", "tmpfs", 0, nullptr), "it mounted"); }},
    {"raw_socket", [] { return open_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6); }},
    {"packet_socket", [] { return open_socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)); }},
    {"keyring",
     [] {
         return said(::syscall(SYS_keyctl, 0, -5 /* of the user session */, 0), "it was given");
     }},
    {"namespaces", [] { return said(::unshare(CLONE_NEWUSER | CLONE_NEWNS), "it has its own"); }},
    {"device",
     [] {
         return said(::mknod("/tmp/foyer-probe-disk", S_IFBLK | 0600, 0x0800), "it made a disk");
     }},
    {"bpf", load_bpf},
    {"perf", open_perf},
    {"module", [] { return said(::syscall(SYS_init_module, nullptr, 0, ""), "it was loaded"); }},
    {"administrator", [] { return said(::setuid(0), "it is root now"); }},
    {"trace", [] { return said(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr), "it may trace"); }},
    {"clock",
     [] {
         const timespec now{1, 0};
         return said(::clock_settime(CLOCK_REALTIME, &now), "it set the clock");
     }},
};

std::string try_call(const std::string& name) {
    for (const Call& call : calls)
        if (name == call.name) return call.attempt();
    return blocked("unknown to this probe");
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
    if (kind == "file") return try_open(what, O_RDONLY, "it can be read");
    if (kind == "write") return try_open(what, O_WRONLY | O_CREAT, "it can be written");
    if (kind == "call") return try_call(what);
    return blocked("unknown to this probe");
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
    std::string line;
    while (std::getline(std::cin, line)) {
        std::fputs((attempt(line) + "\n").c_str(), stdout);
        std::fflush(stdout);  // what was tried is told, whatever comes next
    }
    return 0;
}
