// Memory by every way that leads to it: what a partition gets of each stays within its limit.
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "tests/hostile/attack.h"

namespace foyer::hostile {
namespace {

constexpr long piece = 1 << 20;
constexpr int files_max = 100'000;

// Again and again, each time until the kernel ends it.
void touches_memory(Clock::time_point until) {
    while (!is_over(until)) {
        const pid_t child = ::fork();
        if (child == 0) {
            while (!is_over(until)) {
                void* more = ::mmap(nullptr, piece, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                if (more == MAP_FAILED) break;
                std::memset(more, 1, piece);
                got(piece);
            }
            ::_exit(0);
        }
        ::waitpid(child, nullptr, 0);
    }
}

void fills(const char* folder, Clock::time_point until) {
    const std::string path = std::string(folder) + "/flood";
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const std::string zeros(piece, 'x');
    while (!is_over(until)) {
        const ssize_t done = ::write(file, zeros.data(), zeros.size());
        if (done <= 0) break;
        got(done);
    }
    refused_with(errno);
    hold(until);
    ::unlink(path.c_str());
}

// Written and read over and over: none of it is the process's own memory.
void churns_pages(Clock::time_point until) {
    const int file = ::open("/foyer/volume/pages", O_RDWR | O_CREAT | O_TRUNC, 0600);
    std::string block(piece, 'x');
    while (!is_over(until)) {
        for (long at = 0; at < 12 && !is_over(until); ++at)
            if (::pwrite(file, block.data(), block.size(), at * piece) > 0) got(piece);
        for (long at = 0; at < 12 && !is_over(until); ++at)
            if (::pread(file, block.data(), block.size(), at * piece) < 0) refused_with(errno);
    }
    ::unlink("/foyer/volume/pages");
}

void fills_pipes(Clock::time_point until) {
    std::string block(piece, 'x');
    for (int number = 0; number < files_max && !is_over(until); ++number) {
        int ends[2];
        if (::pipe2(ends, O_NONBLOCK) != 0) break;
        ::fcntl(ends[1], F_SETPIPE_SZ, piece);
        for (ssize_t done = 0; (done = ::write(ends[1], block.data(), block.size())) > 0;)
            got(done);
    }
    refused_with(errno);
    hold(until);
}

// Datagrams that nobody takes, in as many sockets as it gets.
void fills_datagrams(Clock::time_point until) {
    const std::string block(8'000, 'x');
    for (int number = 0; number < files_max && !is_over(until); ++number) {
        const int in = ::socket(AF_INET6, SOCK_DGRAM, 0);
        if (in < 0) break;
        const int much = 8 << 20;
        ::setsockopt(in, SOL_SOCKET, SO_RCVBUF, &much, sizeof much);
        sockaddr_in6 at{};
        at.sin6_family = AF_INET6;
        at.sin6_addr = in6addr_loopback;
        socklen_t size = sizeof at;
        auto* name = reinterpret_cast<sockaddr*>(&at);
        if (::bind(in, name, size) != 0 || ::getsockname(in, name, &size) != 0) break;
        for (int sent = 0; sent < 64; ++sent)
            if (::sendto(in, block.data(), block.size(), MSG_DONTWAIT, name, size) < 0) break;
        int waiting = 0;
        socklen_t length = sizeof waiting;
        unsigned int memory[9] = {};  // SO_MEMINFO: the first is what waits to be read
        length = sizeof memory;
        ::getsockopt(in, SOL_SOCKET, SO_MEMINFO, memory, &length);
        waiting = static_cast<int>(memory[0]);
        got(waiting);
    }
    refused_with(errno);
    hold(until);
}

int listener(sockaddr_in6& at) {
    const int door = ::socket(AF_INET6, SOCK_STREAM, 0);
    at.sin6_family = AF_INET6;
    at.sin6_addr = in6addr_loopback;
    socklen_t size = sizeof at;
    auto* name = reinterpret_cast<sockaddr*>(&at);
    if (::bind(door, name, size) != 0 || ::listen(door, 4096) != 0) return -1;
    ::getsockname(door, name, &size);
    return door;
}

// Connections to itself whose other end never reads.
void fills_connections(Clock::time_point until) {
    sockaddr_in6 at{};
    const int door = listener(at);
    const std::string block(piece, 'x');
    for (int number = 0; door >= 0 && number < files_max && !is_over(until); ++number) {
        const int to = ::socket(AF_INET6, SOCK_STREAM, 0);
        if (to < 0 || ::connect(to, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) break;
        for (ssize_t done = 0; (done = ::send(to, block.data(), block.size(), MSG_DONTWAIT)) > 0;)
            got(done);
        if (::accept4(door, nullptr, nullptr, SOCK_NONBLOCK) < 0) break;
    }
    refused_with(errno);
    hold(until);
}

void fills_local_sockets(Clock::time_point until) {
    const std::string block(65'536, 'x');
    for (int number = 0; number < files_max && !is_over(until); ++number) {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0) break;
        for (ssize_t done = 0; (done = ::write(ends[0], block.data(), block.size())) > 0;)
            got(done);
    }
    refused_with(errno);
    hold(until);
}

void fills_segments(Clock::time_point until) {
    for (int number = 0; number < files_max && !is_over(until); ++number) {
        const int segment = ::shmget(IPC_PRIVATE, piece, IPC_CREAT | 0600);
        if (segment < 0) break;
        void* place = ::shmat(segment, nullptr, 0);
        if (place == reinterpret_cast<void*>(-1)) break;
        std::memset(place, 1, piece);
        ::shmctl(segment, IPC_RMID, nullptr);  // gone with this process
        got(piece);
    }
    refused_with(errno);
    hold(until);
}

void fills_messages(Clock::time_point until) {
    struct {
        long type = 1;
        char text[8'000] = {};
    } message;
    std::vector<int> queues;
    for (int number = 0; number < files_max && !is_over(until); ++number) {
        const int queue = ::msgget(IPC_PRIVATE, IPC_CREAT | 0600);
        if (queue < 0) break;
        queues.push_back(queue);
        while (::msgsnd(queue, &message, sizeof message.text, IPC_NOWAIT) == 0)
            got(sizeof message.text);
    }
    refused_with(errno);
    hold(until);
    for (const int queue : queues) ::msgctl(queue, IPC_RMID, nullptr);
}

void takes_semaphores(Clock::time_point until) {
    std::vector<int> sets;
    for (int number = 0; number < files_max && !is_over(until); ++number) {
        const int set = ::semget(IPC_PRIVATE, 4'000, IPC_CREAT | 0600);
        if (set < 0) break;
        sets.push_back(set);
        got(4'000);
    }
    refused_with(errno);
    hold(until);
    for (const int set : sets) ::semctl(set, 0, IPC_RMID);
}

void locks_memory(Clock::time_point until) {
    for (long taken = 0; taken < files_max && !is_over(until); ++taken) {
        void* more =
            ::mmap(nullptr, piece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (more == MAP_FAILED || ::mlock(more, piece) != 0) break;
        got(piece);
    }
    refused_with(errno);
    hold(until);
}

constexpr Flood all[] = {
    {"memory", "bytes", touches_memory},
    {"pages of files", "bytes", churns_pages},
    {"/dev/shm", "bytes", [](Clock::time_point until) { fills("/dev/shm", until); }},
    {"/tmp", "bytes", [](Clock::time_point until) { fills("/tmp", until); }},
    {"/run", "bytes", [](Clock::time_point until) { fills("/run", until); }},
    {"pipes", "bytes", fills_pipes},
    {"datagrams", "bytes", fills_datagrams},
    {"connections", "bytes", fills_connections},
    {"local sockets", "bytes", fills_local_sockets},
    {"shared segments", "bytes", fills_segments},
    {"messages", "bytes", fills_messages},
    {"semaphores", "semaphores", takes_semaphores},
    {"locked memory", "bytes", locks_memory},
};

}  // namespace

std::span<const Flood> memory_floods() { return all; }

}  // namespace foyer::hostile
