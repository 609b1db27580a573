// Puts together what the groups on this box need: their mail, their files, the thread between.
#pragma once

#include <memory>
#include <string>

#include "common/base/random.h"
#include "node-agent/app/group_keeper.h"
#include "node-agent/app/ports.h"
#include "node-agent/link/identity.h"
#include "node-agent/net/group_post.h"
#include "node-agent/state/group_files.h"

namespace foyer::agent {

// Members end in the opposite order.
struct Groups {
    std::unique_ptr<UdpPost> post;
    std::unique_ptr<FileGroups> files;
    std::unique_ptr<GroupKeeper> keeper;
};

// Makes the box's network namespace where it is not there yet. Everything named must outlive it.
Result<std::unique_ptr<Groups>> start_groups(const std::string& data_dir,
                                             const std::string& run_dir, const Identity& identity,
                                             LeaseFences& fences, const Clock& clock, Rng& rng,
                                             Log& log);

}  // namespace foyer::agent
