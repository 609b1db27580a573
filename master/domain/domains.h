// Customers' own names for their instances. Each name is once in the whole cloud.
//
//   asked for ──DNS proves it──► proven: edges serve it, and ask for its certificates
//       │                           │
//       └──not proven in time──► gone ◄──deleted, or its instance is──┘
//
// What proves it: a TXT record with a token that only its claim has, so that nobody takes a name
// that merely points here; and that the name leads to edges, and to nothing else, so that no
// certificate is asked for in vain. Once proven it stays so: what each renewal proves anew is
// ACME's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/time.h"
#include "common/model/ids.h"

namespace foyer::master {

class State;

using DomainName = Id<struct DomainTag>;  // "erp.acme.example"

struct Domain {
    DomainName name;
    InstanceName instance;
    AccountId owner;    // the instance's
    std::string token;  // what the TXT record has to say; no secret
    std::string seen;   // what DNS said last, for people; empty: not asked yet, or proven
    WallTime created_at;
    std::optional<WallTime> proven_at;
    Revision revision;
    friend bool operator==(const Domain&, const Domain&) = default;
};

// What one edge has for a name, as it told.
struct DomainCertificate {
    DomainName domain;
    NodeId edge;
    std::optional<WallTime> not_after;  // absent: none yet
    int failures = 0;
    std::string failure;  // empty exactly when there are no failures
    std::optional<WallTime> failed_at;
    std::optional<WallTime> retry_at;
    Revision revision;
    friend bool operator==(const DomainCertificate&, const DomainCertificate&) = default;
};

struct CreateDomain {
    DomainName name;
    InstanceName instance;
    AccountId owner;  // who asks; empty: an operator, for whoever owns the instance
    std::string token;
};

struct DeleteDomain {
    DomainName name;
    AccountId owner;  // who asks; empty: an operator
};

// What the shell saw in DNS. Of a claim that was made anew in between nothing is taken.
struct DomainSeen {
    DomainName name;
    WallTime created_at;
    bool proven = false;
    std::string seen;
};

struct NoteDomains {
    std::vector<DomainSeen> seen;
};

struct DropDomain {
    DomainName name;
    friend bool operator==(const DropDomain&, const DropDomain&) = default;
};

struct DropDomainCertificate {
    DomainName domain;
    NodeId edge;
    friend bool operator==(const DropDomainCertificate&, const DropDomainCertificate&) = default;
};

inline constexpr std::size_t domains_max = 2'000;  // of the whole cloud: each edge holds them all
inline constexpr std::size_t domain_seen_bytes_max = 500;     // what is longer is cut
inline constexpr std::size_t domain_failure_bytes_max = 500;  // likewise
// A claim that DNS did not prove for so long is forgotten: its name is free again.
inline constexpr Duration domain_claim_life{std::int64_t{3} * 24 * 3600 * 1000};

// The proven ones of an instance, by name.
std::vector<std::string> proven_domains_of(const State& state, const InstanceName& instance);

}  // namespace foyer::master
