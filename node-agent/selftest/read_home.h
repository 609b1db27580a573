// What this machine knows of the home's network and of its own box, for plan.h. The readers of
// texts are pure: what iproute2 prints as JSON; what they cannot read tells nothing.
#pragma once

#include <string>
#include <vector>

#include "common/model/ids.h"
#include "node-agent/runtime/box_paths.h"
#include "node-agent/selftest/plan.h"

namespace foyer::agent {

std::vector<std::string> gateways_in(const std::string& routes);
// Other devices that answered lately.
std::vector<std::string> neighbours_in(const std::string& neighbours);
// Of a whole network; neither of the machine alone nor of one link.
std::vector<std::string> addresses_in(const std::string& links);
std::vector<std::string> resolvers_in(const std::string& resolv_conf);

// `tried`: the partition from which the rest is to be tried. `masters`: as enrolled.
HomeFacts read_home(const BoxPaths& paths, const PartitionId& tried,
                    const std::vector<std::string>& masters);

}  // namespace foyer::agent
