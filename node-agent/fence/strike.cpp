#include "node-agent/fence/strike.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace foyer::agent {

namespace {

using ControlPath = FixedText<fence_folder_max + 32>;

ControlPath path_of(std::string_view folder, std::string_view name) {
    char joined[fence_folder_max + 32];
    ControlPath path;
    if (folder.size() + 1 + name.size() > sizeof joined) return path;
    folder.copy(joined, folder.size());
    joined[folder.size()] = '/';
    name.copy(joined + folder.size() + 1, name.size());
    path.assign({joined, folder.size() + 1 + name.size()});
    return path;
}

// Numbers, one a line, in pieces as the kernel gives them. Zero is a process that cannot be seen
// from here. The number is used at once: it could belong to somebody else only if its owner died
// and all other numbers were given out in the microseconds between.
bool kill_listed(std::string_view folder) {
    const int fd = ::open(path_of(folder, "cgroup.procs").c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT;  // no group, nobody in it; else: not known to be empty
    bool empty = true;
    pid_t pid = 0;
    char buffer[4096];
    for (;;) {
        const ssize_t count = ::read(fd, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) empty = errno == ENODEV;  // the group went meanwhile
        if (count <= 0) break;
        for (ssize_t i = 0; i < count; ++i) {
            if (buffer[i] >= '0' && buffer[i] <= '9') {
                pid = pid * 10 + (buffer[i] - '0');
                continue;
            }
            if (pid > 1) {
                empty = false;
                ::kill(pid, SIGKILL);
            }
            pid = 0;
        }
    }
    ::close(fd);
    return empty;
}

}  // namespace

bool write_control(std::string_view folder, std::string_view name, std::string_view text) {
    const int fd = ::open(path_of(folder, name).c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    const int failure = errno;
    ::close(fd);
    errno = failure;
    return written;
}

bool strike(const FenceRequest& held, int process) {
    if (process >= 0) ::syscall(SYS_pidfd_send_signal, process, SIGKILL, nullptr, 0);
    bool empty = true;
    for (const auto& folder : held.folders) {
        if (folder.empty()) continue;
        // Each exists in one kind of hierarchy only.
        write_control(folder.view(), "freezer.state", "THAWED");
        write_control(folder.view(), "cgroup.kill", "1");
        if (!kill_listed(folder.view())) empty = false;
    }
    return empty;
}

}  // namespace foyer::agent
