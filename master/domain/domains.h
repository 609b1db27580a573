// Customers' own names for their instances. Several accounts may ask for one name, each with a
// token of its own; one of them proves it, and that one edges serve.
//
//                    ┌──────────────DNS proves it──────────────► proven: edges serve it, and ask
//                    │                                             │      for its certificates
//   asked for: a claim ◄──nobody's any more──┐                     │
//      │   │         └──another's is proven──► lapsed              │
//      │   └──────────not proven in time─────┐ │                   │
//      └──deleted, or its instance is──────► gone ◄────────────────┘
//
// So nobody keeps another from a name by asking for it. A name that is proven is refused to all
// others. What proves it: a TXT record with a token that only its claim has, so that nobody takes a
// name that merely points here; where edges serve it, that the name leads to edges, and to nothing
// else, so that no certificate is asked for in vain; where mail is sent as it, that its key is
// there, so that no receiver looks for it in vain. Once proven it stays so: what each renewal
// proves anew is ACME's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/ids.h"
#include "master/domain/mail_keys.h"

namespace foyer::master {

class State;

using DomainName = Id<struct DomainTag>;  // "erp.acme.example"
// An account asks for a name once.
using ClaimKey = std::pair<DomainName, AccountId>;

struct Domain {
    DomainName name;
    InstanceName instance;
    AccountId owner;    // the instance's
    std::string token;  // what the TXT record has to say; no secret
    std::string seen;   // what DNS said last, for people; empty: not asked yet, or proven
    WallTime created_at;
    std::optional<WallTime> proven_at;
    DomainUse use = DomainUse::Web;
    std::optional<MailKey> mail_key;  // exactly where it is for mail
    Revision revision;
    friend bool operator==(const Domain&, const Domain&) = default;
};
ClaimKey key_of_claim(const Domain& row);

// What one edge has for a name, as it told.
struct DomainCertificate {
    DomainName domain;
    AccountId owner;  // who proved the name
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
    DomainUse use = DomainUse::Web;
    std::optional<MailKey> mail_key = {};  // exactly where it is for mail
};

// A name as somebody asks for it.
struct DomainOf {
    DomainName name;
    AccountId within = {};   // who asks, of his own alone; empty: an operator, of anybody's
    AccountId account = {};  // whose; empty: of an operator, the proven one, else the only one
};
// NotFound: there is none, or it is another's. InvalidArgument: several ask for it and the operator
// did not say whose is meant.
Result<const Domain*> find_domain(const State& state, const DomainOf& asked);

struct DeleteDomain {
    DomainOf domain;
};

// What the shell saw in DNS. Of a claim that was made anew in between nothing is taken.
struct DomainSeen {
    DomainName name;
    AccountId owner;
    WallTime created_at;
    bool proven = false;
    std::string seen;
};

struct NoteDomains {
    std::vector<DomainSeen> seen;
};

struct DropDomain {
    ClaimKey key;
    friend bool operator==(const DropDomain&, const DropDomain&) = default;
};

struct DropDomainCertificate {
    DomainName domain;
    NodeId edge;
    friend bool operator==(const DropDomainCertificate&, const DropDomainCertificate&) = default;
};

inline constexpr std::size_t domains_max = 2'000;  // of the whole cloud: each edge holds them all
// Claims that are not proven: whoever asks for much only waits for himself, and DNS is not asked
// without end.
inline constexpr int domain_claims_of_account_max = 20;
inline constexpr int domain_claims_of_name_max = 10;
inline constexpr std::size_t domain_seen_bytes_max = 500;     // what is longer is cut
inline constexpr std::size_t domain_failure_bytes_max = 500;  // likewise
// A claim that DNS did not prove for so long is forgotten: its name is free again.
inline constexpr Duration domain_claim_life{std::int64_t{3} * 24 * 3600 * 1000};

// The claims of a name, by account.
std::vector<const Domain*> claims_of(const State& state, const DomainName& name);
// The one that DNS proved. nullptr: none is.
const Domain* proven_domain(const State& state, const DomainName& name);
// Somebody else proved the name.
bool is_lapsed(const State& state, const Domain& row);
// It was not proven in time.
bool is_over(const Domain& row, WallTime now);

// The proven ones of an instance that edges serve, by name.
std::vector<std::string> proven_domains_of(const State& state, const InstanceName& instance);
// The proven ones that it sends mail as.
std::vector<const Domain*> mail_domains_of(const State& state, const InstanceName& instance);

}  // namespace foyer::master
