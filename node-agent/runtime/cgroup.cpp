#include "node-agent/runtime/cgroup.h"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <sstream>
#include <sys/stat.h>

#include "common/os/files.h"
#include "common/os/process_id.h"
#include "common/os/stop_event.h"
#include "common/os/sys.h"

namespace foyer::agent {

namespace fs = std::filesystem;

namespace {

constexpr Duration round_wait{100};
constexpr Duration leave_poll{10};
constexpr int leave_polls_max = 500;
constexpr std::int64_t cpu_period_us = 100'000;  // the kernel's own

// No partition can have a name with a point.
std::string keeper_of(const std::string& container) { return container + ".keeper"; }

Status write_control(const std::string& file, const std::string& value) {
    const os::UniqueFd fd = TRY(os::open_file(file, O_WRONLY));
    return os::write_all(fd.get(), value);
}

// The folder and those below it, deepest first.
std::vector<std::string> tree_of(const std::string& folder) {
    std::vector<std::string> found;
    std::error_code failure;
    if (!fs::is_directory(folder, failure)) return found;
    for (fs::recursive_directory_iterator entry(folder, failure), end; !failure && entry != end;
         entry.increment(failure))
        if (entry->is_directory(failure)) found.insert(found.begin(), entry->path().string());
    found.push_back(folder);
    return found;
}

// A process with many threads is not listed any more while the last of them are on their way out.
Status remove_group(const std::string& folder) {
    for (int poll = 0;; ++poll) {
        if (::rmdir(folder.c_str()) == 0 || errno == ENOENT) return ok_status();
        if (errno != EBUSY || poll == leave_polls_max)
            return os::errno_error("cannot remove '" + folder + "'");
        os::wait_unless_stopped(leave_poll);
    }
}

Status remove_groups(const std::string& top) {
    for (const std::string& folder : tree_of(top)) TRY(remove_group(folder));
    return ok_status();
}

Status settle_v2(const CgroupLayout& layout, const CgroupPlan& plan) {
    if (!plan.agent.empty()) {
        TRY(os::make_dirs(layout.unified + plan.agent, 0755));
        TRY(write_control(layout.unified + plan.agent + "/cgroup.procs",
                          std::to_string(::getpid())));
        const Status given =
            write_control(layout.unified + os::parent_of(plan.agent) + "/cgroup.subtree_control",
                          "+cpu +memory +pids");
        if (!given.ok())
            return in_context("the agent's control group is not delegated (systemd: Delegate=yes)",
                              given.failure());
    }
    TRY(os::make_dirs(layout.unified + fence_group(layout, plan), 0755));
    TRY(os::make_dirs(layout.unified + plan.partitions, 0755));
    const Status given = write_control(layout.unified + plan.partitions + "/cgroup.subtree_control",
                                       "+cpu +memory +pids");
    if (given.ok()) return given;
    return in_context("the control group '" + plan.partitions +
                          "' may not limit cpu, memory and pids; let its parent hand them down "
                          "(cgroup.subtree_control), or leave cgroup_parent empty",
                      given.failure());
}

}  // namespace

Result<Cgroups> Cgroups::open(const std::string& configured_parent, const std::string& node) {
    Cgroups groups;
    const std::string mounts = TRY(os::read_file("/proc/self/mountinfo"));
    const std::string own = TRY(os::read_file("/proc/self/cgroup"));
    groups.layout_ = TRY(read_cgroup_layout(mounts, own));
    groups.plan_ = plan_cgroups(groups.layout_, configured_parent, node);
    if (groups.layout_.mode == CgroupMode::V2) TRY(settle_v2(groups.layout_, groups.plan_));
    return groups;
}

// Not in systemd's own hierarchy: there it stays in the agent's unit, where people look for it.
std::vector<std::string> Cgroups::fence_folders() const {
    if (layout_.mode == CgroupMode::V2) return {layout_.unified + fence_group(layout_, plan_)};
    std::set<std::string> folders;
    for (const auto& [controller, point] : layout_.mounts)
        if (!controller.starts_with("name=")) folders.insert(point);
    return {folders.begin(), folders.end()};
}

bool Cgroups::holds(const std::string& container, pid_t pid) const {
    const auto text = os::read_file("/proc/" + std::to_string(pid) + "/cgroup");
    if (!text.ok()) return false;
    const std::string group = group_of(container);
    std::istringstream lines(text.value());
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = line.find(':', line.find(':') + 1);
        if (colon == std::string::npos) continue;
        const std::string path = line.substr(colon + 1);
        if (path == group || path.starts_with(group + "/")) return true;
    }
    return false;
}

std::vector<pid_t> Cgroups::processes(const std::string& container) const {
    std::set<pid_t> found;
    for (const std::string& top : folders_of(layout_, group_of(container)))
        for (const std::string& folder : tree_of(top)) {
            std::istringstream pids(os::read_file(folder + "/cgroup.procs").value_or(""));
            for (pid_t pid = 0; pids >> pid;)
                if (pid > 0) found.insert(pid);
        }
    return {found.begin(), found.end()};
}

Status Cgroups::kill_all(const std::string& container, Duration timeout) const {
    const SystemClock clock;
    const MonoTime deadline = clock.mono() + timeout;
    for (;;) {
        for (const std::string& folder : folders_of(layout_, group_of(container))) {
            // A frozen process dies only when it is thawed; the files exist in one kind of
            // hierarchy each.
            discard(write_control(folder + "/freezer.state", "THAWED"), "not a freezer");
            discard(write_control(folder + "/cgroup.kill", "1"), "older kernels have none");
        }
        const std::vector<pid_t> left = processes(container);
        std::vector<os::ProcessId> dying;
        for (const pid_t pid : left) {
            const auto id = os::identify(pid);
            ::kill(pid, SIGKILL);
            if (id.ok()) dying.push_back(id.value());
        }
        if (left.empty()) return ok_status();
        if (clock.mono() > deadline)
            return error(
                ErrorCode::DeadlineExceeded,
                std::to_string(left.size()) + " processes of '" + container + "' do not die");
        for (const os::ProcessId& id : dying)
            discard(os::wait_gone(id, round_wait), "the next round looks again");
        // Listed, and dead already: other threads of it are still on their way out.
        if (dying.empty()) os::wait_unless_stopped(leave_poll);
    }
}

Status Cgroups::remove(const std::string& container) const {
    for (const std::string& top : folders_of(layout_, group_of(container))) TRY(remove_groups(top));
    return ok_status();
}

Status Cgroups::confine_keeper(const std::string& container, pid_t keeper, Millicores cpu) const {
    const bool v2 = layout_.mode == CgroupMode::V2;
    const std::string folder =
        (v2 ? layout_.unified : layout_.mounts.at("cpu")) + group_of(keeper_of(container));
    const std::string quota = std::to_string(cpu.count() * cpu_period_us / 1000);
    TRY(os::make_dirs(folder, 0755));
    TRY(v2 ? write_control(folder + "/cpu.max", quota + " " + std::to_string(cpu_period_us))
           : write_control(folder + "/cpu.cfs_quota_us", quota));
    return write_control(folder + "/cgroup.procs", std::to_string(keeper));
}

Status Cgroups::end_keeper(const std::string& container, Duration timeout) const {
    TRY(kill_all(keeper_of(container), timeout));
    return remove(keeper_of(container));
}

Status Cgroups::remove_all() const {
    for (const std::string& top : folders_of(layout_, plan_.partitions)) {
        TRY(remove_groups(top));
        if (layout_.mode != CgroupMode::V2)
            ::rmdir(os::parent_of(top).c_str());  // other boxes' too
    }
    if (layout_.mode != CgroupMode::V2) return ok_status();
    return remove_groups(layout_.unified + fence_group(layout_, plan_));
}

bool Cgroups::limits_swap() const {
    if (layout_.mode == CgroupMode::V2) return true;
    return os::exists(layout_.mounts.at("memory") + "/memory.memsw.limit_in_bytes");
}

bool Cgroups::counts_sockets_apart() const {
    return layout_.mode != CgroupMode::V2 &&
           os::exists(layout_.mounts.at("memory") + "/memory.kmem.tcp.limit_in_bytes");
}

}  // namespace foyer::agent
