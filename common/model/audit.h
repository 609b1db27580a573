// The audit log: who changed what through the public API. Each entry names the hash of the one
// before it, so that none can be changed, left out or put between without every later one telling.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/ids.h"

namespace foyer {

// Of the text that is hashed. Entries of before keep theirs; a later one is never of an older one.
enum class AuditVersion { OfAccounts = 1, OfPeople = 2 };

struct AuditEntry {
    std::int64_t sequence = 0;  // 1, 2, 3…
    AuditVersion version = AuditVersion::OfPeople;
    WallTime at;
    std::string account;     // who
    std::string member;      // which person of it; empty: a token of the account itself
    std::string token;       // its id, never the token; empty: none, as in a login
    std::string rpc;         // did what: "foyer.api.v1.InstanceService/OrderInstance"
    std::string subject;     // to what, by name; empty: to the cloud
    std::string owner;       // account whose that was; empty: only the operator's
    std::string request_id;  // empty: none was given
    std::string body_hash;   // SHA-256 of the rpc and the request, hex
    std::string previous;    // hash of the entry before; of the first: 64 zeros
    std::string hash;        // SHA-256 of audit_text(), hex
    Revision revision;       // of the change
    friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

inline constexpr std::string_view audit_begin =
    "0000000000000000000000000000000000000000000000000000000000000000";

// What the hash is over: everything but the hash, one way only (common/docs/audit.md). Of entries
// of before it is without member, token and owner.
std::string audit_text(const AuditEntry& entry);

using TextHash = std::string (*)(std::string_view text);  // SHA-256, hex; given by the border

// Entries in order, of which the first may be any: its `previous` is taken as it is.
// InvalidArgument names the first that does not fit, and why.
Status verify_audit(const std::vector<AuditEntry>& entries, TextHash hash);

// What was kept of a log elsewhere, to notice an end that was cut off: what is left is whole.
struct AuditMark {
    std::int64_t sequence = 0;  // 0: not known, the hash says it all
    std::string hash;           // empty: not known, only how far the log went
};

// Which entry of a log that verify_audit() found whole is the one that was kept. InvalidArgument:
// the log does not reach so far, or has another hash there.
Result<std::int64_t> find_audit_mark(const std::vector<AuditEntry>& entries, const AuditMark& mark);

}  // namespace foyer
