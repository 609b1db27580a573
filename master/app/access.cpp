#include "master/app/access.h"

#include <algorithm>
#include <optional>

#include "common/base/text.h"
#include "common/tls/sha256.h"
#include "master/domain/rights.h"

namespace foyer::master {
namespace {

constexpr std::size_t token_bytes_max = 200;

std::optional<TokenText> parse_token(std::string_view text) {
    if (text.size() > token_bytes_max) return std::nullopt;
    const auto parts = split(text, '_');
    if (parts.size() != 3 || parts[0] != "foyer" || parts[1].empty() || parts[2].empty())
        return std::nullopt;
    return TokenText{TokenId(parts[1]), parts[2]};
}

Error unknown_token() {
    return error(ErrorCode::Unauthenticated,
                 "this token is not known here; ask the operator for one (`foyer token create`)",
                 {{"rule", "token_unknown"}});
}

std::string names_of(Roles roles) {
    std::set<AccountRole> named;
    for (const AccountRole role : all_roles) {
        if (roles.has(role)) named.insert(role);
    }
    return foyer::master::names_of(named);
}

}  // namespace

std::string to_text(const TokenText& token) {
    return "foyer_" + token.id.str() + "_" + token.secret;
}

Result<Caller> caller_of(const State& state, std::string_view bearer, WallTime now) {
    const auto token = parse_token(bearer);
    if (!token) return unknown_token();
    // Before the rows are loaded nobody is known: that must be told to nobody as the end of a
    // token.
    if (state.lineage().empty())
        return error(ErrorCode::Unavailable, "this master is still loading its state; try again",
                     {{"rule", "loading"}});
    const auto found = state.tokens().find(token->id);
    const std::string hash = tls::sha256_hex(token->secret);
    if (found == state.tokens().end() ||
        !tls::equal_in_constant_time(found->second.secret_hash, hash))
        return unknown_token();
    if (now > found->second.expires_at) {
        return error(ErrorCode::Unauthenticated,
                     "this token expired at " + to_rfc3339(found->second.expires_at),
                     {{"rule", "token_expired"}});
    }
    const auto account = state.accounts().find(found->second.account);
    if (account == state.accounts().end()) return unknown_token();
    const ApiToken& row = found->second;
    const auto rights = rights_of(state, row);
    if (!rights) return unknown_token();
    Caller caller{account->first,        rights->roles,     row.id,
                  account->second.roles, rights->read_only, row.expires_at};
    caller.member = row.member;
    caller.session = row.session;
    caller.manages = rights->manages;
    return caller;
}

Result<std::string> bearer_of(std::string_view authorization) {
    constexpr std::string_view scheme = "Bearer ";
    if (!authorization.starts_with(scheme)) {
        return error(ErrorCode::Unauthenticated, "send a token as `Authorization: Bearer foyer_…`",
                     {{"rule", "token_missing"}});
    }
    return std::string(authorization.substr(scheme.size()));
}

Status check_may_hear(const Caller& caller, std::string_view what) {
    if (!caller.account_roles.contains(AccountRole::Operator) || caller.is_operator())
        return ok_status();
    return error(ErrorCode::PermissionDenied,
                 "a " + std::string(what) +
                     " of an operator's account hears of the whole cloud; make it with a token "
                     "that has the scope operator",
                 {{"rule", "scope"}, {"scope", "operator"}});
}

Status check_still_known(const State& state, const TokenId& token) {
    if (token.empty() || state.tokens().contains(token)) return ok_status();
    return unknown_token();
}

Status allow(const Route& route, const Caller& caller) {
    if (route.scope == Scope::Public) return ok_status();
    const auto opens = [&](AccountRole role) { return route.roles.has(role); };
    if (std::ranges::any_of(caller.roles, opens)) {
        if (!route.write || route.own_login || !caller.read_only) return ok_status();
        return error(ErrorCode::PermissionDenied,
                     "this token may read only, and this is a write; ask with one that may write",
                     {{"rule", "scope"}, {"scope", "write"}});
    }
    std::set<AccountRole> missing;
    for (const AccountRole role : caller.account_roles) {
        if (opens(role)) missing.insert(role);
    }
    if (!missing.empty()) {
        return error(ErrorCode::PermissionDenied,
                     "account '" + caller.account.str() +
                         "' may do this, but its token has not the scope " + names_of(missing) +
                         "; ask with one that has",
                     {{"rule", "scope"}, {"scope", names_of(missing)}});
    }
    return error(ErrorCode::PermissionDenied,
                 "account '" + caller.account.str() +
                     "' may not do this; it takes one of the roles " + names_of(route.roles),
                 {{"rule", "role"}, {"roles", names_of(route.roles)}});
}

}  // namespace foyer::master
