// The door at which hosts apply (foyer.agent.v1.ApplicationService), beside that of boxes that are
// enrolled. Anybody may knock: calls are counted by where they come from, and all together, before
// anything of them is read; what is taken in is bounded by the domain
// (master/domain/applications.h).
#pragma once

#include <cstdint>
#include <memory>

#include "common/base/random.h"
#include "common/base/time.h"
#include "common/log/log.h"
#include "master/app/asn_database.h"
#include "master/app/planner.h"

namespace grpc {
class Service;
}

namespace foyer::master {

struct ApplicationServiceConfig {
    std::int64_t calls_per_minute = 60;         // of one source; 1 or more
    std::int64_t calls_per_minute_all = 3'000;  // 1 or more
    int ask_again_seconds = 30;
};

// Borrowed; all outlive the service.
struct ApplicationServiceParts {
    Planner& planner;
    const AsnDatabase& networks;
    const Clock& clock;
    Rng& rng;
    Log& log;
};

std::unique_ptr<grpc::Service> make_application_service(ApplicationServiceParts parts,
                                                        ApplicationServiceConfig config);

}  // namespace foyer::master
