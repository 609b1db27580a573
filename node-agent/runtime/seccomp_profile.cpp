#include "node-agent/runtime/seccomp_profile.h"

#include <nlohmann/json.hpp>

namespace foyer::agent {

namespace {

using nlohmann::json;

constexpr unsigned long long namespace_flags =
    0x7E020000;  // CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}
constexpr int errno_eperm = 1;
constexpr int errno_enosys = 38;

const char* const files[] = {"access",
                             "chdir",
                             "chmod",
                             "chown",
                             "close",
                             "close_range",
                             "copy_file_range",
                             "creat",
                             "dup",
                             "dup2",
                             "dup3",
                             "faccessat",
                             "faccessat2",
                             "fadvise64",
                             "fallocate",
                             "fchdir",
                             "fchmod",
                             "fchmodat",
                             "fchmodat2",
                             "fchown",
                             "fchownat",
                             "fcntl",
                             "fdatasync",
                             "fgetxattr",
                             "flistxattr",
                             "flock",
                             "fremovexattr",
                             "fsetxattr",
                             "fstat",
                             "fstatfs",
                             "fsync",
                             "ftruncate",
                             "futimesat",
                             "getcwd",
                             "getdents",
                             "getdents64",
                             "getxattr",
                             "ioctl",
                             "lchown",
                             "lgetxattr",
                             "link",
                             "linkat",
                             "listxattr",
                             "llistxattr",
                             "lremovexattr",
                             "lseek",
                             "lsetxattr",
                             "lstat",
                             "mkdir",
                             "mkdirat",
                             "newfstatat",
                             "open",
                             "openat",
                             "openat2",
                             "pipe",
                             "pipe2",
                             "pread64",
                             "preadv",
                             "preadv2",
                             "pwrite64",
                             "pwritev",
                             "pwritev2",
                             "read",
                             "readahead",
                             "readlink",
                             "readlinkat",
                             "readv",
                             "removexattr",
                             "rename",
                             "renameat",
                             "renameat2",
                             "rmdir",
                             "sendfile",
                             "setxattr",
                             "splice",
                             "stat",
                             "statfs",
                             "statx",
                             "symlink",
                             "symlinkat",
                             "sync",
                             "sync_file_range",
                             "syncfs",
                             "tee",
                             "truncate",
                             "umask",
                             "unlink",
                             "unlinkat",
                             "utime",
                             "utimensat",
                             "utimes",
                             "vmsplice",
                             "write",
                             "writev"};

const char* const waiting[] = {"alarm",
                               "clock_getres",
                               "clock_gettime",
                               "clock_nanosleep",
                               "epoll_create",
                               "epoll_create1",
                               "epoll_ctl",
                               "epoll_ctl_old",
                               "epoll_pwait",
                               "epoll_pwait2",
                               "epoll_wait",
                               "epoll_wait_old",
                               "eventfd",
                               "eventfd2",
                               "futex",
                               "futex_requeue",
                               "futex_wait",
                               "futex_waitv",
                               "futex_wake",
                               "getitimer",
                               "gettimeofday",
                               "nanosleep",
                               "pause",
                               "poll",
                               "ppoll",
                               "pselect6",
                               "restart_syscall",
                               "select",
                               "setitimer",
                               "signalfd",
                               "signalfd4",
                               "time",
                               "timer_create",
                               "timer_delete",
                               "timer_getoverrun",
                               "timer_gettime",
                               "timer_settime",
                               "timerfd_create",
                               "timerfd_gettime",
                               "timerfd_settime",
                               "times"};

const char* const processes[] = {"arch_prctl",
                                 "capget",
                                 "capset",
                                 "execve",
                                 "execveat",
                                 "exit",
                                 "exit_group",
                                 "fork",
                                 "get_robust_list",
                                 "get_thread_area",
                                 "getcpu",
                                 "getegid",
                                 "geteuid",
                                 "getgid",
                                 "getgroups",
                                 "getpgid",
                                 "getpgrp",
                                 "getpid",
                                 "getppid",
                                 "getpriority",
                                 "getrandom",
                                 "getresgid",
                                 "getresuid",
                                 "getrlimit",
                                 "getrusage",
                                 "getsid",
                                 "gettid",
                                 "getuid",
                                 "kill",
                                 "membarrier",
                                 "pidfd_open",
                                 "pidfd_send_signal",
                                 "prctl",
                                 "prlimit64",
                                 "rseq",
                                 "rt_sigaction",
                                 "rt_sigpending",
                                 "rt_sigprocmask",
                                 "rt_sigqueueinfo",
                                 "rt_sigreturn",
                                 "rt_sigsuspend",
                                 "rt_sigtimedwait",
                                 "rt_tgsigqueueinfo",
                                 "sched_get_priority_max",
                                 "sched_get_priority_min",
                                 "sched_getaffinity",
                                 "sched_getattr",
                                 "sched_getparam",
                                 "sched_getscheduler",
                                 "sched_rr_get_interval",
                                 "sched_setaffinity",
                                 "sched_setattr",
                                 "sched_setparam",
                                 "sched_setscheduler",
                                 "sched_yield",
                                 "set_robust_list",
                                 "set_thread_area",
                                 "set_tid_address",
                                 "setfsgid",
                                 "setfsuid",
                                 "setgid",
                                 "setgroups",
                                 "setpgid",
                                 "setpriority",
                                 "setregid",
                                 "setresgid",
                                 "setresuid",
                                 "setreuid",
                                 "setrlimit",
                                 "setsid",
                                 "setuid",
                                 "sigaltstack",
                                 "sysinfo",
                                 "tgkill",
                                 "tkill",
                                 "uname",
                                 "vfork",
                                 "wait4",
                                 "waitid"};

const char* const memory_and_talk[] = {"accept",
                                       "accept4",
                                       "bind",
                                       "brk",
                                       "connect",
                                       "get_mempolicy",
                                       "getpeername",
                                       "getsockname",
                                       "getsockopt",
                                       "landlock_add_rule",
                                       "landlock_create_ruleset",
                                       "landlock_restrict_self",
                                       "listen",
                                       "madvise",
                                       "mbind",
                                       "memfd_create",
                                       "mincore",
                                       "mlock",
                                       "mlock2",
                                       "mlockall",
                                       "mmap",
                                       "mprotect",
                                       "mremap",
                                       "msgctl",
                                       "msgget",
                                       "msgrcv",
                                       "msgsnd",
                                       "msync",
                                       "munlock",
                                       "munlockall",
                                       "munmap",
                                       "pkey_alloc",
                                       "pkey_free",
                                       "pkey_mprotect",
                                       "process_madvise",
                                       "recvfrom",
                                       "recvmmsg",
                                       "recvmsg",
                                       "remap_file_pages",
                                       "seccomp",
                                       "semctl",
                                       "semget",
                                       "semop",
                                       "semtimedop",
                                       "sendmmsg",
                                       "sendmsg",
                                       "sendto",
                                       "set_mempolicy",
                                       "setsockopt",
                                       "shmat",
                                       "shmctl",
                                       "shmdt",
                                       "shmget",
                                       "shutdown"};

json allow(json names) { return {{"names", std::move(names)}, {"action", "SCMP_ACT_ALLOW"}}; }

json argument(int index, unsigned long long value, const char* comparison) {
    return {{"index", index}, {"value", value}, {"op", comparison}};
}

// Software is told that the kernel has none of these, and goes another way.
//
// clone3 hides its flags behind a pointer: libc falls back to clone. The others are counted for the
// whole machine, or on behalf of root who made the partition's users, so that one tenant could take
// them from everybody: 128 watchers (inotify), 65,536 events of disks (io_setup), 800 kB of message
// queues. A watcher on a file of an image would also hear of each neighbour that runs it.
json absent() {
    return {
        {"names", {"clone3", "inotify_init", "inotify_init1", "io_setup", "mq_open", "mq_unlink"}},
        {"action", "SCMP_ACT_ERRNO"},
        {"errnoRet", errno_enosys}};
}

// Local ones, TCP, UDP, and asking netlink for one's own addresses (getifaddrs). For any other
// family, protocol or kind of netlink the kernel would load a module because a tenant asks.
void add_sockets(json& rules) {
    constexpr unsigned long long local = 1, v4 = 2, v6 = 10, netlink = 16;
    constexpr unsigned long long stream = 1, datagram = 2, kinds = 0xf;  // above: flags
    constexpr unsigned long long by_kind = 0, tcp = 6, udp = 17;
    const auto socket = [&rules](json arguments) {
        json rule = allow({"socket"});
        rule["args"] = std::move(arguments);
        rules.push_back(std::move(rule));
    };
    const auto of = [](unsigned long long family) { return argument(0, family, "SCMP_CMP_EQ"); };
    const auto kind = [](unsigned long long wanted) {
        json masked = argument(1, kinds, "SCMP_CMP_MASKED_EQ");
        masked["valueTwo"] = wanted;
        return masked;
    };
    const auto protocol = [](unsigned long long wanted) {
        return argument(2, wanted, "SCMP_CMP_EQ");
    };
    socket(json::array({of(local)}));
    socket(json::array({of(netlink), protocol(0)}));
    for (const auto family : {v4, v6}) {
        for (const auto name : {by_kind, tcp})
            socket(json::array({of(family), kind(stream), protocol(name)}));
        for (const auto name : {by_kind, udp})
            socket(json::array({of(family), kind(datagram), protocol(name)}));
    }
    json pair = allow({"socketpair"});
    pair["args"] = json::array({of(local)});
    rules.push_back(std::move(pair));
}

}  // namespace

json seccomp_profile() {
    json names = json::array();
    for (const auto* name : files) names.push_back(name);
    for (const auto* name : waiting) names.push_back(name);
    for (const auto* name : processes) names.push_back(name);
    for (const auto* name : memory_and_talk) names.push_back(name);
    json clone = allow({"clone"});
    clone["args"] = {
        {{"index", 0}, {"value", namespace_flags}, {"valueTwo", 0}, {"op", "SCMP_CMP_MASKED_EQ"}}};
    json rules = {allow(std::move(names)), std::move(clone), absent()};
    add_sockets(rules);
    for (const unsigned long long personality :
         {0x0ULL, 0xffffffffULL}) {  // default, and "tell me"
        json rule = allow({"personality"});
        rule["args"] = json::array({argument(0, personality, "SCMP_CMP_EQ")});
        rules.push_back(std::move(rule));
    }
    return {{"defaultAction", "SCMP_ACT_ERRNO"},
            {"defaultErrnoRet", errno_eperm},
            {"syscalls", std::move(rules)}};
}

}  // namespace foyer::agent
