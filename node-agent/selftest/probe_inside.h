// foyer-probe inside a running partition: as its user, behind its walls.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/model/ids.h"
#include "node-agent/runtime/box_paths.h"

namespace foyer::agent {

// Those with a service that runs now, by name.
std::vector<PartitionId> running_partitions(const BoxPaths& paths);

// Answers of the probe, a line for each of the plan. The program is put into the partition's /tmp
// for as long as it runs. FailedPrecondition: nothing runs there.
Result<std::string> probe_inside(const BoxPaths& paths, const PartitionId& id,
                                 const std::string& plan);

}  // namespace foyer::agent
