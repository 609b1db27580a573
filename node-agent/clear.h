// `foyer-node clear`: the host takes the box back, with or without the master.
#pragma once

#include <string>

#include "common/base/result.h"
#include "node-agent/config.h"
#include "node-agent/runtime/clear_box.h"

namespace foyer::agent {

// FailedPrecondition: an agent runs in this folder.
Status clear(const std::string& data_dir, const NodeConfig& config, ClearData data);

}  // namespace foyer::agent
