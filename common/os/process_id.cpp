#include "common/os/process_id.h"

#include <csignal>
#include <map>
#include <poll.h>
#include <sstream>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "common/base/text.h"
#include "common/os/files.h"
#include "common/os/stop_event.h"
#include "common/os/sys.h"

namespace foyer::os {

namespace {

constexpr int kill_rounds_max = 20;  // a fork bomb is ended by its pids limit, not by us

std::optional<ProcessStat> stat_of(pid_t pid) {
    const auto text = read_file("/proc/" + std::to_string(pid) + "/stat", 4096);
    return text.ok() ? parse_stat(text.value()) : std::nullopt;
}

int pidfd_open(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

}  // namespace

std::optional<ProcessStat> parse_stat(const std::string& text) {
    const std::size_t after_name = text.rfind(") ");  // the name may hold spaces and brackets
    if (after_name == std::string::npos) return std::nullopt;
    std::istringstream rest(text.substr(after_name + 2));
    ProcessStat stat;
    rest >> stat.state >> stat.parent;
    std::string skipped;
    for (int field = 5; field < 22; ++field) rest >> skipped;
    rest >> stat.start_ticks;
    if (!rest) return std::nullopt;
    return stat;
}

std::string boot_id() {
    std::string text = read_file("/proc/sys/kernel/random/boot_id", 64).value_or("unknown");
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

std::string to_text(const ProcessId& id) {
    return id.boot_id + " " + std::to_string(id.pid) + " " + std::to_string(id.start_ticks);
}

std::optional<ProcessId> process_id_from(const std::string& text) {
    std::istringstream in(text);
    ProcessId id;
    in >> id.boot_id >> id.pid >> id.start_ticks;
    if (!in || id.pid <= 0) return std::nullopt;
    return id;
}

Result<ProcessId> identify(pid_t pid) {
    const auto stat = stat_of(pid);
    if (!stat || stat->state == 'Z' || stat->state == 'X')
        return error(ErrorCode::NotFound, "no process " + std::to_string(pid));
    return ProcessId{boot_id(), pid, stat->start_ticks};
}

bool is_alive(const ProcessId& id) {
    if (id.boot_id != boot_id()) return false;
    const auto stat = stat_of(id.pid);
    if (!stat || stat->start_ticks != id.start_ticks) return false;
    if (stat->state != 'Z' && stat->state != 'X') return true;
    if (stat->parent == ::getpid()) ::waitpid(id.pid, nullptr, WNOHANG);
    return false;
}

Result<UniqueFd> open_process(const ProcessId& id) {
    UniqueFd fd(pidfd_open(id.pid));
    // The descriptor names whoever has the number now; only then can the start time tell whether
    // that is who we mean.
    if (!fd.valid() || !is_alive(id))
        return error(ErrorCode::NotFound, "process " + std::to_string(id.pid) + " is gone");
    return fd;
}

Status signal_process(const ProcessId& id, int signal) {
    const auto fd = open_process(id);
    if (!fd.ok()) return ok_status();
    if (::syscall(SYS_pidfd_send_signal, fd.value().get(), signal, nullptr, 0) != 0 &&
        errno != ESRCH)
        return errno_error("cannot signal process " + std::to_string(id.pid));
    return ok_status();
}

Status wait_gone(const ProcessId& id, Duration timeout, std::stop_token stop) {
    const auto fd = open_process(id);
    if (!fd.ok()) return ok_status();
    const StopEvent stopped(stop);
    const SystemClock clock;
    const MonoTime deadline = clock.mono() + timeout;
    for (;;) {
        const Duration left = std::max(Duration(0), deadline - clock.mono());
        pollfd waits[2] = {{fd.value().get(), POLLIN, 0}, {stopped.fd(), POLLIN, 0}};
        const int ready = ::poll(waits, 2, static_cast<int>(left.count()));
        if (ready < 0 && errno != EINTR) return errno_error("cannot wait for a process");
        if (waits[0].revents != 0) return is_alive(id), ok_status();  // reaps it when it was ours
        if (waits[1].revents != 0) return error(ErrorCode::Unavailable, "stopped while waiting");
        if (ready == 0 && left.count() == 0)
            return error(ErrorCode::DeadlineExceeded,
                         "process " + std::to_string(id.pid) + " did not end");
    }
}

std::vector<pid_t> descendants(pid_t pid) {
    std::multimap<pid_t, pid_t> children;
    const auto names = list_dir("/proc");
    if (!names.ok()) return {};
    for (const std::string& name : names.value()) {
        const auto number = parse_int(name);
        if (!number) continue;
        const auto stat = stat_of(static_cast<pid_t>(*number));
        if (stat) children.emplace(stat->parent, static_cast<pid_t>(*number));
    }
    std::vector<pid_t> found{pid};
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto [first, last] = children.equal_range(found[i]);
        for (auto child = first; child != last; ++child) found.push_back(child->second);
    }
    found.erase(found.begin());
    return found;
}

void kill_tree(pid_t pid) {
    std::vector<pid_t> below = descendants(pid);
    ::kill(pid, SIGKILL);
    for (int round = 0; round < kill_rounds_max && !below.empty(); ++round) {
        std::vector<pid_t> born;
        for (const pid_t child : below) {
            for (const pid_t grandchild : descendants(child)) born.push_back(grandchild);
            ::kill(child, SIGKILL);
        }
        below = std::move(born);
    }
}

}  // namespace foyer::os
