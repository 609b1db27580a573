// Ends everything of a box on this machine, whoever started it: for a host who takes the box back.
#pragma once

#include "common/base/result.h"
#include "node-agent/runtime/box_paths.h"
#include "node-agent/runtime/cgroup.h"
#include "node-agent/runtime/make_box.h"

namespace foyer::agent {

// Notes in `run_dir` where this box's control groups are, for whoever clears the box from a group
// of another unit.
Status note_groups(const BoxPaths& paths, const Cgroups& groups);

enum class ClearData { Keep, Erase };

// Kills partitions, servers and the killer; removes namespaces, tunnels, control groups and
// run_dir. Erase: also partitions, images, journal and identity, and data_dir where nothing else is
// in it. No agent runs. Repeating is safe; what was never there is fine.
Status clear_box(const BoxConfig& config, ClearData data);

}  // namespace foyer::agent
