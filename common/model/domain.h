// What an edge tells the master of the customers' own names it serves, or would.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/time.h"

namespace foyer {

struct DomainAtEdge {
    std::string name;                   // "erp.acme.example"
    std::optional<WallTime> not_after;  // of the certificate it serves with; absent: none
    int failures = 0;                   // orders that failed in a row
    std::string failure;                // why, for people; empty exactly when none did
    std::optional<WallTime> failed_at;
    std::optional<WallTime> retry_at;
    friend bool operator==(const DomainAtEdge&, const DomainAtEdge&) = default;
};

// All of them, by name.
struct DomainsReport {
    std::string acme_thumbprint;  // of the edge's ACME account; empty: it asks for no certificates
    std::vector<DomainAtEdge> domains;
    friend bool operator==(const DomainsReport&, const DomainsReport&) = default;
};

}  // namespace foyer
