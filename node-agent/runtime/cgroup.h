// Acts on the control groups of this machine: prepares the agent's own, ends everything in one,
// removes one.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/base/units.h"
#include "node-agent/runtime/cgroup_layout.h"

namespace foyer::agent {

class Cgroups {
public:
    // Reads the layout, moves the agent to its leaf and hands controllers down where the machine
    // needs that.
    static Result<Cgroups> open(const std::string& configured_parent, const std::string& node);

    const CgroupLayout& layout() const { return layout_; }
    std::string group_of(const std::string& container) const {
        return plan_.partitions + "/" + container;
    }
    std::vector<std::string> folders_to_kill(const std::string& container) const {
        return agent::folders_to_kill(layout_, group_of(container));
    }
    // Where foyer-fence goes, one in each hierarchy.
    std::vector<std::string> fence_folders() const;
    bool holds(const std::string& container, pid_t pid) const;
    std::vector<pid_t> processes(const std::string& container) const;
    // SIGKILL to everything in the group, frozen or forking; returns when nothing is left.
    // DeadlineExceeded after `timeout`.
    Status kill_all(const std::string& container, Duration timeout) const;
    // The container's keeper (conmon) lives outside of its walls and works as much as the container
    // talks: it gets a group of its own and no more than `cpu`. When it may end, so does its group.
    Status confine_keeper(const std::string& container, pid_t keeper, Millicores cpu) const;
    Status end_keeper(const std::string& container, Duration timeout) const;
    // Removes the empty group and groups below it. Missing is fine.
    Status remove(const std::string& container) const;
    // The parent of all, and the killer's, where nothing is in them any more.
    Status remove_all() const;
    const std::string& parent() const { return plan_.partitions; }
    bool limits_swap() const;
    // V1 and Hybrid: memory of sockets is in no other limit, and without one is bounded by nothing.
    bool counts_sockets_apart() const;

private:
    CgroupLayout layout_;
    CgroupPlan plan_;
};

}  // namespace foyer::agent
