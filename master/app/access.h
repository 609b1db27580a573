// Who calls, and whether he may: API tokens and the route table. Nothing else decides rights.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/base/time.h"
#include "master/app/route_table.h"
#include "master/domain/state.h"

namespace foyer::master {

struct Caller {
    AccountId account;
    std::set<AccountRole> roles;  // what his token may do; "own" is decided by these too
    // Of the token he came with.
    TokenId token = {};
    std::set<AccountRole> account_roles = {};  // what his account may do
    bool read_only = false;
    WallTime expires_at = {};
    std::optional<MemberName> member = {};  // the person; absent: the account's own token
    bool session = false;
    bool manages = false;  // the members of his account
    bool is_operator() const { return roles.contains(AccountRole::Operator); }
};

// An API token as people hold it: "foyer_<id>_<secret>".
struct TokenText {
    TokenId id;
    std::string secret;
};
std::string to_text(const TokenText& token);

// The account behind a bearer token. Unauthenticated: malformed, unknown, wrong or expired; the
// first three are not told apart.
Result<Caller> caller_of(const State& state, std::string_view bearer, WallTime now);
// The token in "Bearer …", or Unauthenticated.
Result<std::string> bearer_of(std::string_view authorization);

// PermissionDenied with the roles that may, or the scope that the token lacks. Scope Own is the
// handlers' part: they see the caller.
Status allow(const Route& route, const Caller& caller);

// Who listens for an account (`what`: "webhook", "contact") hears all that the account may hear: a
// narrower token must not come to hear more by making one. PermissionDenied: it would.
Status check_may_hear(const Caller& caller, std::string_view what);

// That the token a write came with was not revoked since. Empty: the master's own write.
Status check_still_known(const State& state, const TokenId& token);

}  // namespace foyer::master
