// What a token may do now: its scopes, narrowed by its account's roles and by the person whose it
// is. Looked at in each call, so that what an account or a member loses is lost at once.
#pragma once

#include <optional>
#include <set>

#include "master/domain/state.h"

namespace foyer::master {

struct Rights {
    std::set<AccountRole> roles;
    bool read_only = false;
    bool manages = false;  // the members and all tokens of its account
    bool is_operator() const { return roles.contains(AccountRole::Operator); }
};

// Nothing: its account or its member is gone.
std::optional<Rights> rights_of(const State& state, const ApiToken& token);

// Who asks.
struct Asker {
    const ApiToken* token;
    Rights rights;
};
// Unauthenticated: this token was revoked while the call was on its way.
Result<Asker> asker_of(const State& state, const TokenId& token);

// FailedPrecondition: what `whose` ("tokens", "members") would be given, the account has not.
Status check_account_has(const Account& account, const std::set<AccountRole>& scopes,
                         std::string_view whose);

// "customer, publisher"
std::string names_of(const std::set<AccountRole>& roles);

// Those of `asked` that are not in `allowed`.
std::set<AccountRole> beyond(const std::set<AccountRole>& asked,
                             const std::set<AccountRole>& allowed);

}  // namespace foyer::master
