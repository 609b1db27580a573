// `foyer-node pause` and `resume`: the agent is told, and, for a pause at once, watched until
// nothing of a customer runs.
#pragma once

#include <functional>
#include <string>

#include "common/base/time.h"
#include "node-agent/host/host_request.h"

namespace foyer::agent {

struct OrderPorts {
    std::function<Result<std::string>(const std::string& line)> ask;  // knock() on the box's door
    std::function<void(Duration)> sleep;
    const Clock& clock;
};

// Partitions in which something still runs, by name with what they do: "acme-0 (stopping)". A
// witness runs nothing.
std::vector<std::string> still_running(const std::string& status);

// What to tell the host once it is so. DeadlineExceeded: something still runs after 30 s (the agent
// goes on stopping it). Others: as the agent refused it.
Result<std::string> give_order(const HostOrder& order, const OrderPorts& ports);

}  // namespace foyer::agent
