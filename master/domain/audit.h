// The audit log as the master keeps it: whose the thing was that somebody changed, and what of the
// log somebody asks for. What an entry is: common/model/audit.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/time.h"
#include "common/model/audit.h"
#include "common/model/ids.h"

namespace foyer::master {

class State;
struct Command;

// The account whose thing the command changes, in the state before it: it may read the entry.
// Empty: only the operator's.
AccountId owner_of(const State& before, const Command& command);

// Every part that is set must fit. `since` and `until` cut a stretch out of the log: from the first
// entry that was made then or later, up to the first that was made then or later. So stretches that
// follow each other miss nothing and repeat nothing, also where the clock was set back.
struct AuditFilter {
    // Absent: who reads everything. Else only what was done to what is this account's, and only
    // since the account was made: a name that is given again begins with nothing.
    std::optional<AccountId> owner;
    AccountId account;    // who did it; empty: anybody
    MemberName member;    // which person of `account`, which must be set then; empty: any
    std::string subject;  // to what; empty: to anything
    WallTime since;
    std::optional<WallTime> until;
    friend bool operator==(const AuditFilter&, const AuditFilter&) = default;
};

// All but `since`, `until` and when the owner's account was made: these are places in the log.
bool fits(const AuditFilter& filter, const AuditEntry& entry);

// Whether what fits has gaps, so that the chain of hashes cannot be followed.
bool leaves_out(const AuditFilter& filter);

// The rpc whose entry is the first that an account may read of itself.
inline constexpr std::string_view account_made_rpc = "foyer.api.v1.AccountService/CreateAccount";

}  // namespace foyer::master
