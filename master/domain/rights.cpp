#include "master/domain/rights.h"

#include <algorithm>
#include <iterator>

namespace foyer::master {
namespace {

std::set<AccountRole> both(const std::set<AccountRole>& scopes,
                           const std::set<AccountRole>& roles) {
    if (scopes.empty()) return roles;
    std::set<AccountRole> common;
    std::ranges::set_intersection(scopes, roles, std::inserter(common, common.end()));
    return common;
}

}  // namespace

std::optional<Rights> rights_of(const State& state, const ApiToken& token) {
    const Account* account = state.accounts().get(token.account);
    if (account == nullptr) return std::nullopt;
    Rights rights{both(token.scopes, account->roles), token.read_only, false};
    rights.manages = token.scopes.empty() && !token.read_only;
    if (!token.member) return rights;
    const Member* member = state.members().get({token.account, *token.member});
    if (member == nullptr) return std::nullopt;
    rights.roles = both(member->scopes, rights.roles);
    rights.read_only = rights.read_only || member->read_only;
    rights.manages = rights.manages && member->manages;
    return rights;
}

Result<Asker> asker_of(const State& state, const TokenId& id) {
    const ApiToken* token = state.tokens().get(id);
    auto rights = token == nullptr ? std::nullopt : rights_of(state, *token);
    if (rights) return Asker{token, *std::move(rights)};
    return error(ErrorCode::Unauthenticated, "the token of this call was revoked",
                 {{"rule", "token_unknown"}});
}

Status check_account_has(const Account& account, const std::set<AccountRole>& scopes,
                         std::string_view whose) {
    const auto foreign = beyond(scopes, account.roles);
    if (foreign.empty()) return ok_status();
    return error(ErrorCode::FailedPrecondition,
                 "account '" + account.name.str() + "' has not the role " + names_of(foreign) +
                     ", so that its " + std::string(whose) + " cannot; it has " +
                     names_of(account.roles),
                 {{"rule", "scope_of_account"}, {"field", "scopes"}});
}

std::string names_of(const std::set<AccountRole>& roles) {
    std::string text;
    for (const AccountRole role : roles)
        text += (text.empty() ? "" : ", ") + std::string(to_text(role));
    return text;
}

std::set<AccountRole> beyond(const std::set<AccountRole>& asked,
                             const std::set<AccountRole>& allowed) {
    std::set<AccountRole> more;
    std::ranges::set_difference(asked, allowed, std::inserter(more, more.end()));
    return more;
}

}  // namespace foyer::master
