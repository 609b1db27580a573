// `foyer-node refuse`: what the host does not want on his box, told to the agent and shown.
#pragma once

#include <string>
#include <vector>

#include "node-agent/host/give_order.h"

namespace foyer::agent {

// What was given. A list takes the place of the one that was set; {"none"}: it is emptied.
struct RefusalsEdit {
    std::vector<std::string> countries;
    std::vector<std::string> kinds;
    bool now = false;    // what is here already stops at once
    bool clear = false;  // nothing is refused any more
    bool any() const { return !countries.empty() || !kinds.empty() || now || clear; }
};

// InvalidArgument: every mistake, one a line; nothing of it counts.
Result<HostRefusals> edited(const HostRefusals& set, const RefusalsEdit& edit);

// The status document as it is then; after `now` once nothing refused runs any more. With nothing
// given only as it is. InvalidArgument: it makes no sense. FailedPrecondition: as the agent refused
// it, or it is too old. DeadlineExceeded: something refused still runs after 30 s.
Result<std::string> give_refusals(const RefusalsEdit& edit, const OrderPorts& ports);

// For the host, from such a document. InvalidArgument: it is none.
Result<std::string> refusals_page(const std::string& status);

}  // namespace foyer::agent
