// What the kernel counts by user or for the whole machine: a user of a partition counts as one of
// whoever made its user namespace, which is root.
#include <arpa/inet.h>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <mqueue.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/attack.h"

namespace foyer::hostile {
namespace {

constexpr int tries_max = 200'000;
constexpr int processes = 8;

// In several processes, since each has a table of its own.
void in_processes(Clock::time_point until, bool (*take)(int number)) {
    for (int index = 0; index < processes; ++index) {
        if (::fork() != 0) continue;
        for (int number = 0; number < tries_max && !is_over(until); ++number) {
            if (!take(number)) {
                refused_with(errno);
                break;
            }
            got(1);
        }
        hold(until);
        ::_exit(0);
    }
    while (::wait(nullptr) > 0) {
    }
}

bool opens_file(int) { return ::open("/etc/passwd", O_RDONLY) >= 0 || ::open("/", O_PATH) >= 0; }
bool opens_inotify(int) { return ::inotify_init1(0) >= 0; }

bool watches_descriptors(int number) {
    static int poller = -1;
    if (number % 64 == 0) poller = ::epoll_create1(0);
    const int event = ::eventfd(0, 0);
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    return poller >= 0 && event >= 0 && ::epoll_ctl(poller, EPOLL_CTL_ADD, event, &wanted) == 0;
}

bool sets_a_timer(int) {
    sigevent how{};
    how.sigev_notify = SIGEV_SIGNAL;
    how.sigev_signo = SIGRTMIN;
    timer_t timer = nullptr;
    return ::timer_create(CLOCK_MONOTONIC, &how, &timer) == 0;
}

bool queues_a_signal(int number) {
    if (number == 0) {
        sigset_t set;
        ::sigfillset(&set);
        ::sigprocmask(SIG_BLOCK, &set, nullptr);
    }
    return ::sigqueue(::getpid(), SIGRTMIN + 1, {}) == 0;
}

bool opens_a_queue(int number) {
    const std::string name = "/q" + std::to_string(::getpid()) + "-" + std::to_string(number);
    const mqd_t queue = ::mq_open(name.c_str(), O_CREAT | O_RDWR, 0600, nullptr);
    const int why = errno;
    ::mq_unlink(name.c_str());
    errno = why;
    return queue != static_cast<mqd_t>(-1);
}

bool takes_events_of_disks(int) {
    aio_context_t context = 0;
    return ::syscall(SYS_io_setup, 512, &context) == 0;
}

bool opens_a_terminal(int) { return ::open("/dev/ptmx", O_RDWR | O_NOCTTY) >= 0; }

bool locks_files(int number) {
    static const int file = ::open("/foyer/volume/locks", O_RDWR | O_CREAT, 0600);
    flock wanted{};
    wanted.l_type = F_WRLCK;
    wanted.l_whence = SEEK_SET;
    wanted.l_start = (static_cast<long>(::getpid()) << 24) + number * 2L;
    wanted.l_len = 1;
    return ::fcntl(file, F_SETLK, &wanted) == 0;
}

// The table of neighbours is one for all networks of the machine, and small.
bool looks_for_a_neighbour(int number) {
    static const int talk = ::socket(AF_INET6, SOCK_DGRAM, 0);
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(9);
    to.sin6_scope_id = ::if_nametoindex("eth0");
    ::inet_pton(AF_INET6, "fe80::f0:0:0", &to.sin6_addr);
    to.sin6_addr.s6_addr32[3] = htonl(static_cast<std::uint32_t>(number));
    to.sin6_addr.s6_addr32[2] = htonl(static_cast<std::uint32_t>(::getpid()));
    pause_ms(1);
    // A few only: a test shows the way, and leaves the machine its table.
    if (number >= 16) {
        errno = EDQUOT;
        return false;
    }
    return ::sendto(talk, "x", 1, 0, reinterpret_cast<sockaddr*>(&to), sizeof to) == 1;
}

constexpr Flood all[] = {
    {"descriptors", "files", [](Clock::time_point until) { in_processes(until, opens_file); }},
    {"inotify", "instances", [](Clock::time_point until) { in_processes(until, opens_inotify); }},
    {"epoll, eventfd", "watches",
     [](Clock::time_point until) { in_processes(until, watches_descriptors); }},
    {"timers", "timers", [](Clock::time_point until) { in_processes(until, sets_a_timer); }},
    {"signals", "signals", [](Clock::time_point until) { in_processes(until, queues_a_signal); }},
    {"message queues", "queues",
     [](Clock::time_point until) { in_processes(until, opens_a_queue); }},
    {"events of disks", "contexts",
     [](Clock::time_point until) { in_processes(until, takes_events_of_disks); }},
    {"terminals", "terminals",
     [](Clock::time_point until) { in_processes(until, opens_a_terminal); }},
    {"locks", "locks", [](Clock::time_point until) { in_processes(until, locks_files); }},
    {"neighbours", "addresses",
     [](Clock::time_point until) { in_processes(until, looks_for_a_neighbour); }},
};

}  // namespace

std::span<const Flood> kernel_floods() { return all; }

}  // namespace foyer::hostile
