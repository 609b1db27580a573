#include "node-agent/clear.h"

#include "common/os/files.h"
#include "node-agent/agent_lock.h"
#include "node-agent/link/identity.h"

namespace foyer::agent {
namespace {

Result<os::UniqueFd> lock_idle(const std::string& data_dir) {
    auto lock = lock_folder(data_dir);
    if (lock.ok()) return lock;
    return in_context("stop the agent first (systemctl stop foyer-node)", lock.failure());
}

}  // namespace

Status clear(const std::string& data_dir, const NodeConfig& config, ClearData data) {
    if (!os::exists(data_dir)) return ok_status();
    const os::UniqueFd lock = TRY(lock_idle(data_dir));
    BoxConfig box;
    box.data_dir = data_dir;
    box.uid_claims = config.uid_claims;
    box.cgroup_parent = config.cgroup_parent;
    const auto identity = IdentityFolder(data_dir + "/identity").load();
    if (identity.ok()) box.node = identity.value().node.str();
    if (identity.ok() || !config.run_dir.empty())
        box.run_dir = run_dir_of(config, identity.ok() ? identity.value().node : NodeId());
    return clear_box(box, data);
}

}  // namespace foyer::agent
