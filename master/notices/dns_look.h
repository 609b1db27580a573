// Asks DNS for what proves a customer's name, by c-ares, which checks what comes back.
#pragma once

#include <string>

#include "common/base/result.h"
#include "common/base/time.h"
#include "master/domain/domain_view.h"

namespace foyer::master {

struct DnsLookConfig {
    std::string resolver;  // "192.0.2.53:5353"; empty: as this machine has it
    Duration timeout{5'000};
};

// The TXT records of challenge_name(), those of the claim's key if it has one, and the addresses of
// its name, aliases followed. No such name
// is an answer with nothing in it; `failure`: no resolver answered in time, or the resolver is
// none.
DnsAnswer look_up(const Domain& row, const DnsLookConfig& config, const Clock& clock);

// The addresses of an edge that was declared by name or address; empty: none were found.
std::vector<std::string> addresses_of(const std::string& host, const DnsLookConfig& config,
                                      const Clock& clock);

}  // namespace foyer::master
