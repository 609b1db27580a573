// Files, devices and processes that are not the tenant's.
#include <csignal>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/attack.h"

namespace foyer::hostile {
namespace {

Outcome opens(const char* path, int flags) {
    return said(::open(path, flags | O_CLOEXEC | O_NONBLOCK, 0600), "it is open");
}
Outcome writes(const char* path) { return opens(path, O_WRONLY); }
Outcome says(const char* path, const char* text) {
    const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return failed();
    return said(::write(fd, text, std::strlen(text)), "it was heard");
}
Outcome makes(const char* path) { return opens(path, O_WRONLY | O_CREAT); }

// What is masked can be opened, and is empty.
Outcome reads(const char* path) {
    const int fd = ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return failed();
    char byte = 0;
    const ssize_t count = ::read(fd, &byte, 1);
    if (count == 0) return refused("nothing is in it");
    return count > 0 || errno == EISDIR ? succeeded("it can be read") : failed();
}

Outcome climbs_out() {
    if (::chdir("/") != 0) return failed();
    struct stat before{};
    struct stat now{};
    ::stat("/", &before);
    for (int step = 0; step < 64; ++step)
        if (::chdir("..") != 0) return failed();
    ::stat(".", &now);
    const bool same = before.st_dev == now.st_dev && before.st_ino == now.st_ino;
    return same ? refused("the top is the top") : succeeded("it is above");
}

Outcome climbs_through_the_first() {
    struct stat own{};
    struct stat other{};
    ::stat("/", &own);
    if (::stat("/proc/1/root/..", &other) != 0) return failed();
    const bool same = own.st_dev == other.st_dev && own.st_ino == other.st_ino;
    return same ? refused("the same top") : succeeded("another top");
}

// A descriptor left open by whoever started this process would lead out.
Outcome finds_an_open_folder() {
    DIR* folder = ::opendir("/proc/self/fd");
    if (folder == nullptr) return failed();
    const int own = ::dirfd(folder);
    while (const dirent* entry = ::readdir(folder)) {
        const int fd = number_of(entry->d_name);
        struct stat what{};
        if (entry->d_name[0] == '.' || fd == own || ::fstat(fd, &what) != 0) continue;
        if (S_ISDIR(what.st_mode)) return succeeded("descriptor " + std::to_string(fd));
    }
    return refused("there is none");
}

Outcome finds_strangers() {
    DIR* folder = ::opendir("/proc");
    if (folder == nullptr) return failed();
    while (const dirent* entry = ::readdir(folder)) {
        struct stat what{};
        const std::string path = std::string("/proc/") + entry->d_name;
        if (number_of(entry->d_name) == 0 || ::stat(path.c_str(), &what) != 0) continue;
        if (what.st_uid != ::getuid()) return succeeded(path + " is another user's");
    }
    return refused("there is none");
}

Outcome signals_strangers() {
    for (int pid = 2; pid < 65536; ++pid)
        if (::kill(pid, 0) != 0 && errno != ESRCH) return succeeded("one is there");
    return refused("there is none");
}

Outcome becomes_root_by_a_file() {
    const char* path = "/foyer/volume/root-shell";
    {
        std::ifstream from("/proc/self/exe", std::ios::binary);
        std::ofstream to(path, std::ios::binary);
        to << from.rdbuf();
    }
    ::chmod(path, 06755);
    const pid_t child = ::fork();
    if (child == 0) {
        ::execl(path, path, "whoami", nullptr);
        ::_exit(9);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ::unlink(path);
    return WEXITSTATUS(status) == 0 ? succeeded("it is root") : refused("it stays who it is");
}

Outcome finds_a_program_of_root() {
    struct stat what{};
    for (const char* path : {"/bin/busybox", "/bin/su", "/usr/bin/su", "/usr/bin/mount"})
        if (::stat(path, &what) == 0 && (what.st_mode & (S_ISUID | S_ISGID)) != 0)
            return succeeded(path);
    return refused("there is none");
}

Outcome knows_the_kernel() {
    std::ifstream symbols("/proc/kallsyms");
    unsigned long long place = 0;
    symbols >> std::hex >> place;
    return place != 0 ? succeeded("it says where it is") : refused("nothing is in it");
}

Outcome raises_its_group() {
    for (const char* path :
         {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/cgroup.procs",
          "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/unified/cgroup.procs"})
        if (::open(path, O_WRONLY | O_CLOEXEC) >= 0) return succeeded(path);
    return failed();
}

Outcome types_for_others() {
    const int own = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (own < 0) return failed();
    return said(::ioctl(own, TIOCSTI, "x"), "it was typed");
}

constexpr Attack all[] = {
    {"core_pattern", [] { return writes("/proc/sys/kernel/core_pattern"); }},
    {"modprobe", [] { return writes("/proc/sys/kernel/modprobe"); }},
    {"overcommit", [] { return writes("/proc/sys/vm/overcommit_memory"); }},
    {"settings of its network", [] { return writes("/proc/sys/net/ipv6/conf/all/forwarding"); }},
    {"sysrq-trigger", [] { return writes("/proc/sysrq-trigger"); }},
    {"who is killed first", [] { return says("/proc/self/oom_score_adj", "-1000"); }},
    {"its map of users", [] { return says("/proc/self/uid_map", "0 0 1"); }},
    {"kcore", [] { return reads("/proc/kcore"); }},
    {"kmsg", [] { return reads("/proc/kmsg"); }},
    {"the kernel's log", [] { return reads("/dev/kmsg"); }},
    {"the kernel's places", knows_the_kernel},
    {"timers of the machine", [] { return reads("/proc/timer_list"); }},
    {"keys of the machine", [] { return reads("/proc/keys"); }},
    {"interrupts of the machine", [] { return reads("/proc/interrupts"); }},
    {"devices of the machine", [] { return reads("/sys/devices/system/cpu/online"); }},
    {"firmware", [] { return reads("/sys/firmware/acpi/tables/DSDT"); }},
    {"its control group", raises_its_group},
    {"memory of the machine", [] { return opens("/dev/mem", O_RDONLY); }},
    {"disk of the machine", [] { return opens("/dev/vda", O_RDONLY); }},
    {"disk of the machine, sda", [] { return opens("/dev/sda", O_RDONLY); }},
    {"loop devices", [] { return opens("/dev/loop-control", O_RDONLY); }},
    {"fuse", [] { return opens("/dev/fuse", O_RDWR); }},
    {"virtual machines", [] { return opens("/dev/kvm", O_RDWR); }},
    {"links of its own", [] { return opens("/dev/net/tun", O_RDWR); }},
    {"its image", [] { return makes("/bin/mine"); }},
    {"its device folder", [] { return makes("/dev/mine"); }},
    {"its configuration", [] { return makes("/foyer/config/replica.json"); }},
    {"its secrets' folder", [] { return makes("/foyer/secrets/mine"); }},
    {"the agent's socket", [] { return opens("/run/foyer/agent.sock", O_RDWR); }},
    {"the agent's data", [] { return opens("/var/lib/foyer", O_RDONLY); }},
    {"containers' states", [] { return opens("/run/crun", O_RDONLY); }},
    {"others' volumes", [] { return opens("/foyer/../../partitions", O_RDONLY); }},
    {"climb above the top", climbs_out},
    {"the first process's top", climbs_through_the_first},
    {"the first process's program", [] { return writes("/proc/1/exe"); }},
    {"a folder left open", finds_an_open_folder},
    {"processes of others", finds_strangers},
    {"signals to others", signals_strangers},
    {"root by a file of its own", becomes_root_by_a_file},
    {"root by a file of the image", finds_a_program_of_root},
    {"type for others", types_for_others},
};

}  // namespace

std::span<const Attack> file_attacks() { return all; }

}  // namespace foyer::hostile
