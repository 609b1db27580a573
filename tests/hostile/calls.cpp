// Calls that nobody in a partition may make.
#include <csignal>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <linux/reboot.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/attack.h"

namespace foyer::hostile {
namespace {

Outcome mounts(const char* type, const char* source, unsigned long flags, const char* options) {
    return said(::mount(source, "/tmp", type, flags, options), "it mounted");
}

Outcome opens_namespace(const char* name) {
    const std::string path = std::string("/proc/1/ns/") + name;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    return fd < 0 ? failed() : said(::setns(fd, 0), "it entered");
}

Outcome clones(unsigned long flags) {
    const long child = ::syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    if (child == 0) ::_exit(0);
    if (child > 0) ::waitpid(static_cast<pid_t>(child), nullptr, 0);
    return said(child, "it has its own");
}

Outcome traces_the_first() {
    return said(::ptrace(PTRACE_SEIZE, 1, nullptr, nullptr), "it traces");
}

Outcome reads_memory_of_the_first() {
    char bytes[16];
    const iovec here{bytes, sizeof bytes};
    const iovec there{reinterpret_cast<void*>(0x400000), sizeof bytes};
    return said(::process_vm_readv(1, &here, 1, &there, 1, 0), "it reads");
}

Outcome takes_a_descriptor() {
    const int first = static_cast<int>(::syscall(SYS_pidfd_open, 1, 0));
    if (first < 0) return failed();
    return said(::syscall(SYS_pidfd_getfd, first, 1, 0), "it has it");
}

Outcome loads_a_program() {
    bpf_insn code[] = {{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0}, {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
    bpf_attr wanted{};
    wanted.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
    wanted.insns = reinterpret_cast<std::uintptr_t>(code);
    wanted.insn_cnt = 2;
    wanted.license = reinterpret_cast<std::uintptr_t>("GPL");
    return said(::syscall(SYS_bpf, BPF_PROG_LOAD, &wanted, sizeof wanted), "it was loaded");
}

Outcome counts() {
    perf_event_attr wanted{};
    wanted.size = sizeof wanted;
    wanted.type = PERF_TYPE_SOFTWARE;
    wanted.exclude_kernel = 1;
    return said(::syscall(SYS_perf_event_open, &wanted, 0, -1, -1, 0UL), "it counts");
}

Outcome opens_a_ring() {
    io_uring_params wanted{};
    return said(::syscall(SYS_io_uring_setup, 4, &wanted), "it has one");
}

Outcome opens_a_handle() {
    alignas(file_handle) char bytes[sizeof(file_handle) + 8]{};
    auto* handle = reinterpret_cast<file_handle*>(bytes);
    handle->handle_bytes = 8;
    handle->handle_type = 1;  // an inode's number: 2 is the top of an ext4
    bytes[sizeof(file_handle)] = 2;
    const int at = ::open("/foyer/volume", O_RDONLY | O_DIRECTORY);
    return said(::open_by_handle_at(at, handle, O_RDONLY), "it is open");
}

Outcome moves_the_clock() {
    timex clock{};
    clock.modes = ADJ_SETOFFSET;
    return said(::adjtimex(&clock), "it was moved, by nothing");
}

Outcome sets_the_time() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const timespec wish{std::chrono::duration_cast<std::chrono::seconds>(now).count(), 0};
    return said(::clock_settime(CLOCK_REALTIME, &wish), "it was set, to what it is");
}

Outcome becomes_first_in_line() {
    const sched_param wanted{.sched_priority = 1};
    return said(::sched_setscheduler(0, SCHED_FIFO, &wanted), "it is a real-time process");
}

Outcome raises_its_limit() {
    rlimit now{};
    ::getrlimit(RLIMIT_NOFILE, &now);
    now.rlim_max += 1;
    return said(::setrlimit(RLIMIT_NOFILE, &now), "it was raised");
}

// A program of 32 bits asks through another door; the profile must not leave that one open. Who
// comes through it is killed.
Outcome asks_in_32_bits() {
    const pid_t child = ::fork();
    if (child == 0) {
        long answer = 20;  // getpid
        asm volatile("int $0x80" : "+a"(answer) : : "memory", "r8", "r9", "r10", "r11");
        ::_exit(answer == ::getpid() ? 7 : 0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        return refused(std::string("killed by ") + ::strsignal(WTERMSIG(status)));
    return WEXITSTATUS(status) == 7 ? succeeded("it was answered") : refused("no answer");
}

Outcome asks_as_x32() {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(::syscall(0x40000000 | SYS_getpid) > 0 ? 7 : 0);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        return refused(std::string("killed by ") + ::strsignal(WTERMSIG(status)));
    return WEXITSTATUS(status) == 7 ? succeeded("it was answered") : refused("no answer");
}

Outcome becomes_root() {
    if (::setuid(0) == 0) return succeeded("it is root");
    return failed();
}

constexpr Attack all[] = {
    {"mount proc", [] { return mounts("proc", "proc", 0, nullptr); }},
    {"mount sysfs", [] { return mounts("sysfs", "sysfs", 0, nullptr); }},
    {"mount tmpfs", [] { return mounts("tmpfs", "tmpfs", 0, nullptr); }},
    {"mount cgroup2", [] { return mounts("cgroup2", "none", 0, nullptr); }},
    {"mount overlay", [] { return mounts("overlay", "overlay", 0, "lowerdir=/bin:/etc"); }},
    {"mount by bind", [] { return mounts(nullptr, "/bin", MS_BIND, nullptr); }},
    {"root writable",
     [] { return said(::mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND, nullptr), "it is"); }},
    {"unmount a mask", [] { return said(::umount2("/proc/kcore", MNT_DETACH), "it is gone"); }},
    {"fsopen", [] { return said(::syscall(SYS_fsopen, "proc", 0), "it was given"); }},
    {"open_tree", [] { return said(::syscall(SYS_open_tree, -100, "/", 1), "it was given"); }},
    {"pivot_root", [] { return said(::syscall(SYS_pivot_root, "/", "/tmp"), "it did"); }},
    {"chroot", [] { return said(::chroot("/tmp"), "it did"); }},
    {"unshare user", [] { return said(::unshare(CLONE_NEWUSER), "it has its own"); }},
    {"unshare mount", [] { return said(::unshare(CLONE_NEWNS), "it has its own"); }},
    {"unshare network", [] { return said(::unshare(CLONE_NEWNET), "it has its own"); }},
    {"clone user", [] { return clones(CLONE_NEWUSER); }},
    {"clone user, network", [] { return clones(CLONE_NEWUSER | CLONE_NEWNET); }},
    {"clone3",
     [] {
         unsigned long long wanted[11] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD};
         const long child = ::syscall(SYS_clone3, wanted, sizeof wanted);
         if (child == 0) ::_exit(0);
         return said(child, "it has its own");
     }},
    {"setns mnt", [] { return opens_namespace("mnt"); }},
    {"setns user", [] { return opens_namespace("user"); }},
    {"setns net", [] { return opens_namespace("net"); }},
    {"trace the first process", traces_the_first},
    {"trace me", [] { return said(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr), "it may"); }},
    {"memory of the first process", reads_memory_of_the_first},
    {"descriptor of the first process", takes_a_descriptor},
    {"kcmp", [] { return said(::syscall(SYS_kcmp, 1, ::getpid(), 0, 0, 0), "it compares"); }},
    {"keyctl", [] { return said(::syscall(SYS_keyctl, 0, -5, 0), "it was given"); }},
    {"add_key",
     [] { return said(::syscall(SYS_add_key, "user", "x", "y", 1, -3), "it was kept"); }},
    {"request_key",
     [] { return said(::syscall(SYS_request_key, "user", "x", nullptr, -3), "it was given"); }},
    {"bpf", loads_a_program},
    {"perf_event_open", counts},
    {"userfaultfd", [] { return said(::syscall(SYS_userfaultfd, 1), "it was given"); }},
    {"io_uring", opens_a_ring},
    {"kexec_load",
     [] { return said(::syscall(SYS_kexec_load, 0, 0, nullptr, 0), "it was taken"); }},
    {"init_module", [] { return said(::syscall(SYS_init_module, "", 0, ""), "it was taken"); }},
    {"finit_module", [] { return said(::syscall(SYS_finit_module, 0, "", 0), "it was taken"); }},
    {"delete_module", [] { return said(::syscall(SYS_delete_module, "none", 0), "it was taken"); }},
    {"reboot",
     [] {
         return said(::syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
                               LINUX_REBOOT_CMD_CAD_ON, nullptr),
                     "it was heard");
     }},
    {"sethostname", [] { return said(::sethostname("x", 1), "it was set"); }},
    {"setdomainname", [] { return said(::setdomainname("x", 1), "it was set"); }},
    {"settimeofday",
     [] { return said(::syscall(SYS_settimeofday, nullptr, nullptr), "it was heard"); }},
    {"clock_settime", sets_the_time},
    {"adjtimex", moves_the_clock},
    {"open_by_handle_at", opens_a_handle},
    {"make a disk",
     [] { return said(::mknod("/foyer/volume/d", S_IFBLK | 0600, 0xfe00), "it did"); }},
    {"make a device",
     [] { return said(::mknod("/foyer/volume/c", S_IFCHR | 0600, 0x101), "it did"); }},
    {"swapon", [] { return said(::syscall(SYS_swapon, "/tmp", 0), "it was heard"); }},
    {"acct", [] { return said(::syscall(SYS_acct, nullptr), "it was heard"); }},
    {"quotactl",
     [] { return said(::syscall(SYS_quotactl, 0x80000100, nullptr, 0, 0), "it was heard"); }},
    {"kernel's log", [] { return said(::syscall(SYS_syslog, 10, nullptr, 0), "it is read"); }},
    {"clear the kernel's log", [] { return said(::syscall(SYS_syslog, 5, nullptr, 0), "gone"); }},
    {"ports of the processor", [] { return said(::syscall(SYS_iopl, 3), "it was given"); }},
    {"ioperm", [] { return said(::syscall(SYS_ioperm, 0x80, 1, 1), "it was given"); }},
    {"fanotify", [] { return said(::syscall(SYS_fanotify_init, 0, 0), "it was given"); }},
    {"move others' pages",
     [] { return said(::syscall(SYS_migrate_pages, 1, 0, nullptr, nullptr), "it was heard"); }},
    {"modify_ldt", [] { return said(::syscall(SYS_modify_ldt, 0, nullptr, 0), "it was heard"); }},
    {"vhangup", [] { return said(::syscall(SYS_vhangup), "it was heard"); }},
    {"first at the disk", [] { return said(::syscall(SYS_ioprio_set, 1, 0, 1 << 13), "it is"); }},
    {"real-time process", becomes_first_in_line},
    {"nice -20", [] { return said(::setpriority(PRIO_PROCESS, 0, -20), "it is"); }},
    {"raise its own limit", raises_its_limit},
    {"be root", becomes_root},
    {"be another's user", [] { return said(::setuid(65535), "it is"); }},
    {"calls of 32 bits", asks_in_32_bits},
    {"calls of x32", asks_as_x32},
    {"personality", [] { return said(::syscall(SYS_personality, 0x0040000), "it was set"); }},
    {"fixed places in memory",
     [] { return said(::prctl(PR_SET_MM, PR_SET_MM_START_BRK, 0, 0, 0), "it was heard"); }},
};

}  // namespace

std::span<const Attack> call_attacks() { return all; }

}  // namespace foyer::hostile
