#include "node-agent/runtime/cgroup_layout.h"

#include <algorithm>
#include <sstream>

#include "common/base/text.h"

namespace foyer::agent {

namespace {

struct MountLine {
    std::string point;
    std::string type;
    std::string options;  // of the file system: its controllers
};

// "36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/root rw,errors=continue"
std::vector<MountLine> cgroup_mounts(const std::string& mountinfo) {
    std::vector<MountLine> found;
    std::istringstream lines(mountinfo);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t dash = line.find(" - ");
        if (dash == std::string::npos) continue;
        MountLine mount;
        std::string skipped;
        std::istringstream(line) >> skipped >> skipped >> skipped >> skipped >> mount.point;
        std::istringstream(line.substr(dash + 3)) >> mount.type >> skipped >> mount.options;
        if (mount.type == "cgroup" || mount.type == "cgroup2") found.push_back(std::move(mount));
    }
    return found;
}

std::string own_unified_group(const std::string& self_cgroup) {
    std::istringstream lines(self_cgroup);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("0::")) return line.substr(3);
    return "/";
}

bool is_controller(const std::string& option) {
    static const char* const known[] = {"cpu",        "cpuacct", "cpuset", "memory",  "pids",
                                        "devices",    "freezer", "blkio",  "net_cls", "net_prio",
                                        "perf_event", "hugetlb", "rdma"};
    return std::any_of(std::begin(known), std::end(known),
                       [&](const char* name) { return option == name; });
}

}  // namespace

Result<CgroupLayout> read_cgroup_layout(const std::string& mountinfo,
                                        const std::string& self_cgroup) {
    CgroupLayout layout;
    for (const MountLine& mount : cgroup_mounts(mountinfo)) {
        if (mount.type == "cgroup2") {
            if (layout.unified.empty()) layout.unified = mount.point;
            continue;
        }
        for (const std::string& option : split(mount.options, ',')) {
            if (is_controller(option)) layout.mounts.emplace(option, mount.point);
            if (option == "name=systemd") layout.mounts.emplace(option, mount.point);
        }
    }
    const bool v1 = layout.mounts.contains("memory");
    layout.mode = !v1                      ? CgroupMode::V2
                  : layout.unified.empty() ? CgroupMode::V1
                                           : CgroupMode::Hybrid;
    if (layout.mode == CgroupMode::V2) {
        if (layout.unified.empty())
            return error(ErrorCode::FailedPrecondition,
                         "no control groups are mounted: partitions could not be limited");
        layout.own_group = own_unified_group(self_cgroup);
        return layout;
    }
    for (const char* needed : {"memory", "cpu", "pids"})
        if (!layout.mounts.contains(needed))
            return error(ErrorCode::FailedPrecondition,
                         "the control group '" + std::string(needed) + "' is not mounted");
    return layout;
}

CgroupPlan plan_cgroups(const CgroupLayout& layout, const std::string& configured,
                        const std::string& node) {
    if (!configured.empty()) return {.partitions = configured, .agent = ""};
    if (layout.mode != CgroupMode::V2) return {.partitions = "/foyer/" + node, .agent = ""};
    std::string home = layout.own_group;
    // A restarted agent finds itself in the leaf its predecessor made only if it was started there;
    // go up to the delegated group.
    if (home.ends_with("/agent")) home.resize(home.size() - 6);
    if (home.empty() || home == "/") return {.partitions = "/foyer/" + node, .agent = ""};
    return {.partitions = home + "/partitions", .agent = home + "/agent"};
}

std::string fence_group(const CgroupLayout& layout, const CgroupPlan& plan) {
    if (layout.mode != CgroupMode::V2) return "";
    // No partition can have a name with a point.
    if (plan.agent.empty()) return plan.partitions + "/.fence";
    return plan.agent.substr(0, plan.agent.rfind('/')) + "/fence";
}

std::vector<std::string> folders_to_kill(const CgroupLayout& layout, const std::string& path) {
    if (layout.mode == CgroupMode::V2) return {layout.unified + path};
    std::vector<std::string> folders{layout.mounts.at("pids") + path};
    const auto freezer = layout.mounts.find("freezer");
    if (freezer != layout.mounts.end() && freezer->second + path != folders[0])
        folders.push_back(freezer->second + path);
    return folders;
}

std::vector<std::string> folders_of(const CgroupLayout& layout, const std::string& path) {
    if (layout.mode == CgroupMode::V2) return {layout.unified + path};
    std::vector<std::string> folders;
    for (const auto& [controller, point] : layout.mounts) {
        std::string folder = point + path;
        if (std::find(folders.begin(), folders.end(), folder) == folders.end())
            folders.push_back(std::move(folder));
    }
    return folders;
}

}  // namespace foyer::agent
