// Looks whether DNS proves the names that customers asked for, on one thread: one claim after the
// other, often at first, ever more seldom then (master/domain/domain_view.h judges). Names that are
// proven are asked for no more, whoever else asked for them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "common/base/time.h"
#include "common/log/log.h"
#include "master/app/planner.h"
#include "master/notices/dns_look.h"

namespace foyer::master {

struct DomainCheckerConfig {
    std::string resolver;
    Duration look_timeout{5'000};
};

class DomainChecker {
public:
    // Borrows everything but the configuration.
    DomainChecker(Planner& planner, const Clock& clock, Log& log, DomainCheckerConfig config);
    ~DomainChecker();
    void start();
    void stop();

private:
    void run(const std::stop_token& stop);
    std::optional<Domain> next_due();
    std::set<std::string> edges();
    void look(const Domain& row);

    Planner& planner_;
    const Clock& clock_;
    Log& log_;
    const DnsLookConfig config_;
    using Claim = std::pair<ClaimKey, WallTime>;  // made anew, it is another one
    std::map<Claim, MonoTime> next_look_;
    std::jthread thread_;
};

}  // namespace foyer::master
