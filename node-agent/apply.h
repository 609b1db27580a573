// What `foyer-node apply` does and says, and how a box enrols whose application was approved.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "node-agent/check/judge.h"
#include "node-agent/link/application.h"

namespace foyer::agent {

// As the host typed it.
struct ApplyWish {
    std::string master;  // "host:port"; empty: only ask how it stands
    std::string ca_sha256;
    std::string site;
    std::string isp;
    std::string country;
    std::string plan;
    std::string contact;
    std::string message;
    bool with_check = false;
    bool wait = false;
    bool withdraw = false;
};

// The order of a wish. InvalidArgument: what has to be said is missing, all of it named.
Result<ApplicationOrder> order_of(const ApplyWish& wish, const Resources& offered,
                                  const std::vector<Finding>& findings);

// "2000 millicores, 3072 MiB of memory, 50 GiB of disk and 20000 kbit/s of upload"
std::string offer_text(const Resources& offered);

// What would be sent to whom, for --dry-run.
std::string order_page(const ApplicationOrder& order);

// How it stands and what to do next. FailedPrecondition: rejected, with the reason, or lapsed.
Result<std::string> application_page(const ApplicationAnswer& answer);

struct WaitPorts {
    std::function<Result<ApplicationAnswer>()> ask;
    std::function<void(Duration)> sleep;
    std::function<void(const std::string&)> say;  // a line for the host
};

// Asks until somebody has decided. A master that is away, or says that it is asked too often, is
// asked again, ever more slowly; whatever else it refuses is the end.
Result<ApplicationAnswer> await_decision(const WaitPorts& ports);

// Not more than was offered when the box applied.
Resources bounded(Resources measured, const Resources& applied);

}  // namespace foyer::agent
