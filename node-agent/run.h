// `foyer-node run`: makes the objects, starts the threads, waits for a signal, stops in order.
// Partitions stay running.
#pragma once

#include <string>

#include "common/base/result.h"
#include "node-agent/config.h"

namespace foyer::agent {

// Returns after SIGTERM or SIGINT. FailedPrecondition: another agent runs in this folder, or the
// machine lacks something.
Status run(const std::string& data_dir, const NodeConfig& config, const std::string& version);

}  // namespace foyer::agent
