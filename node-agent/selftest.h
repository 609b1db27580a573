// `foyer-node selftest`: tries from inside a partition that runs here what no tenant may reach, so
// that a host need not take our word.
#pragma once

#include <optional>
#include <string>

#include "common/base/result.h"
#include "node-agent/config.h"

namespace foyer::agent {

struct Selftest {
    std::string page;  // for people, or JSON
    bool holds = false;
};

// `partition` empty: the first that runs. NotFound, FailedPrecondition: there is none.
Result<Selftest> selftest(const std::string& data_dir, const NodeConfig& config,
                          const std::string& partition, bool json);

}  // namespace foyer::agent
