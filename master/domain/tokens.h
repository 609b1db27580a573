// What an API token may do.
#pragma once

#include <set>
#include <string>

#include "master/domain/state.h"

namespace foyer::master {

// Of its account's roles those that the token has in its scopes.
std::set<AccountRole> roles_of(const ApiToken& token, const Account& account);

// Operators see every token, others those of their account.
bool may_see(const State& state, const ApiToken& by, const ApiToken& token);

// "customer, publisher"
std::string names_of(const std::set<AccountRole>& roles);

}  // namespace foyer::master
