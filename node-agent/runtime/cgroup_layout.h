// How this machine arranges control groups, read from two files of /proc. Pure, so that recorded
// trees can be tested.
//
//   V1      every controller has a hierarchy of its own           (/sys/fs/cgroup/memory,
//   /sys/fs/cgroup/pids, …) Hybrid  as V1, with a cgroup2 mount beside (/sys/fs/cgroup/unified):
//   crun must not see that one V2      one hierarchy (/sys/fs/cgroup)
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/result.h"

namespace foyer::agent {

enum class CgroupMode { V1, Hybrid, V2 };

struct CgroupLayout {
    CgroupMode mode = CgroupMode::V2;
    std::map<std::string, std::string> mounts;  // V1, Hybrid: controller -> mount point
    std::string unified;                        // mount point of cgroup2; empty: none
    std::string own_group;  // V2: the group of this process, "/system.slice/foyer-node.service"
};

// `mountinfo`: /proc/self/mountinfo; `self_cgroup`: /proc/self/cgroup. FailedPrecondition when
// limits for memory, cpu and pids cannot be set.
Result<CgroupLayout> read_cgroup_layout(const std::string& mountinfo,
                                        const std::string& self_cgroup);

// The group under which partitions live, absolute below the hierarchies, and the group the agent
// itself must be in (V2 allows processes only in leaves; empty: it stays where it is).
struct CgroupPlan {
    std::string partitions;
    std::string agent;
};
CgroupPlan plan_cgroups(const CgroupLayout& layout, const std::string& configured,
                        const std::string& node);

// Where foyer-fence lives, absolute below the hierarchies: on V2 a leaf beside the agent's, so that
// freezing the agent's freezes only that. V1 and Hybrid: the root, which cannot be frozen.
std::string fence_group(const CgroupLayout& layout, const CgroupPlan& plan);

// Folders in which everything of a group can be killed, frozen or not: V2 the group's; V1 and
// Hybrid those of `pids` (who is in it) and `freezer` (so that the frozen can die).
std::vector<std::string> folders_to_kill(const CgroupLayout& layout, const std::string& path);

// Folders of group `path` in every hierarchy: V1 and Hybrid one a controller, V2 one.
std::vector<std::string> folders_of(const CgroupLayout& layout, const std::string& path);

}  // namespace foyer::agent
