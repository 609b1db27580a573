// API tokens: made, narrowed, revoked.
//
// A token never makes one that may more or lives under less limits than itself. One that an
// operator makes may do whatever its account may (operators may everything), but no longer than the
// operator's own; the master's own token, which begins it all, is made by nobody.
#include "master/domain/tokens.h"

#include <algorithm>
#include <map>

#include "common/base/text.h"
#include "common/base/utf8.h"
#include "master/domain/draft.h"
#include "master/domain/limits.h"

namespace foyer::master {
namespace {

Error unknown_account(const AccountId& name) {
    return no_such_row("account", name.str(), "foyer account ls");
}

Error revoked_meanwhile() {
    return error(ErrorCode::Unauthenticated, "the token of this call was revoked",
                 {{"rule", "token_unknown"}});
}

// Those of `asked` that are not in `allowed`.
std::set<AccountRole> beyond(const std::set<AccountRole>& asked,
                             const std::set<AccountRole>& allowed) {
    std::set<AccountRole> more;
    std::ranges::set_difference(asked, allowed, std::inserter(more, more.end()));
    return more;
}

// The token of who asks, and what it may.
struct Maker {
    const ApiToken* token = nullptr;  // null: the master itself
    std::set<AccountRole> roles;
    bool is_operator() const { return token == nullptr || roles.contains(AccountRole::Operator); }
};

Result<Maker> maker_of(const State& state, const CreateToken& command) {
    if (command.maker.empty()) return Maker{};
    const ApiToken* token = state.tokens().get(command.maker);
    const Account* account = token == nullptr ? nullptr : state.accounts().get(token->account);
    if (account == nullptr) return revoked_meanwhile();
    Maker maker{token, roles_of(*token, *account)};
    // Whether another's account exists is nobody's business.
    if (!maker.is_operator() && command.account != token->account)
        return unknown_account(command.account);
    if (token->read_only)
        return error(ErrorCode::PermissionDenied, "a token that may read only makes no other one",
                     {{"rule", "scope"}, {"scope", "write"}});
    return maker;
}

Result<std::set<AccountRole>> scopes_of(const CreateToken& command, const Account& account,
                                        const Maker& maker) {
    const bool own = maker.token != nullptr && maker.token->account == account.name;
    if (command.scopes.empty()) return own ? maker.token->scopes : std::set<AccountRole>();
    const auto foreign = beyond(command.scopes, account.roles);
    const auto more = beyond(command.scopes, maker.roles);
    if (!maker.is_operator() && !more.empty()) {
        return error(ErrorCode::PermissionDenied,
                     "a token gives no more than it may itself: this one has not the scope " +
                         names_of(more) + "; ask with one that has",
                     {{"rule", "scope"}, {"scope", names_of(more)}});
    }
    if (!foreign.empty()) {
        return error(ErrorCode::FailedPrecondition,
                     "account '" + account.name.str() + "' has not the role " + names_of(foreign) +
                         ", so that its tokens cannot; it has " + names_of(account.roles),
                     {{"rule", "scope_of_account"}, {"field", "scopes"}});
    }
    return command.scopes;
}

Result<WallTime> end_of(const CreateToken& command, const Maker& maker, WallTime now) {
    const bool chosen = command.valid != Duration(0);
    const Duration valid = chosen ? command.valid : limits::api_token_valid_default;
    const Duration most =
        maker.token == nullptr ? limits::master_token_valid : limits::api_token_valid_max;
    if (valid < limits::token_valid_min || valid > most) {
        return error(ErrorCode::InvalidArgument, "a token may be valid from 60 seconds to 366 days",
                     {{"field", "valid_seconds"}});
    }
    const WallTime end = now + valid;
    if (maker.token == nullptr || end <= maker.token->expires_at) return end;
    if (!chosen) return maker.token->expires_at;
    return error(ErrorCode::PermissionDenied,
                 "a token lives no longer than the one it is made with, which expires at " +
                     to_rfc3339(maker.token->expires_at) +
                     "; leave the time out for as long as that, or ask with a newer one",
                 {{"rule", "outlives_maker"}, {"field", "valid_seconds"}});
}

Status check_count(const State& state, const AccountId& account, WallTime now) {
    const auto living =
        std::count_if(state.tokens().begin(), state.tokens().end(), [&](const auto& entry) {
            return entry.second.account == account && now <= entry.second.expires_at;
        });
    if (living < limits::tokens_max) return ok_status();
    return error(ErrorCode::ResourceExhausted,
                 "account '" + account.str() + "' has " + std::to_string(living) +
                     " tokens, as many as it may; `foyer token ls --account " + account.str() +
                     "` shows them, `foyer token revoke ID` ends one",
                 {{"rule", "tokens_max"}, {"max", std::to_string(limits::tokens_max)}});
}

// A narrow token that was stolen must not be able to lock its account out. What it made itself may
// no more than it.
Status check_reach(const State& state, const ApiToken& by, const ApiToken& token) {
    const Account* account = state.accounts().get(token.account);
    const Account* own = state.accounts().get(by.account);
    CHECK(account != nullptr && own != nullptr);
    const std::set<AccountRole> roles = roles_of(by, *own);
    if (by.id == token.id || roles.contains(AccountRole::Operator)) return ok_status();
    const auto more = beyond(roles_of(token, *account), roles);
    if (more.empty()) return ok_status();
    return error(ErrorCode::PermissionDenied,
                 "a token revokes none that may more than itself: this one has not the scope " +
                     names_of(more) + "; ask with one that has",
                 {{"rule", "scope"}, {"scope", names_of(more)}});
}

}  // namespace

std::string names_of(const std::set<AccountRole>& roles) {
    std::string text;
    for (const AccountRole role : roles)
        text += (text.empty() ? "" : ", ") + std::string(to_text(role));
    return text;
}

std::set<AccountRole> roles_of(const ApiToken& token, const Account& account) {
    if (token.scopes.empty()) return account.roles;
    std::set<AccountRole> both;
    std::ranges::set_intersection(token.scopes, account.roles, std::inserter(both, both.end()));
    return both;
}

bool may_see(const State& state, const ApiToken& by, const ApiToken& token) {
    const Account* account = state.accounts().get(by.account);
    if (account == nullptr) return false;
    return by.account == token.account || roles_of(by, *account).contains(AccountRole::Operator);
}

Result<Decision> create_token(const State& state, const CreateToken& command, WallTime now) {
    const Maker maker = TRY(maker_of(state, command));
    const Account* account = state.accounts().get(command.account);
    if (account == nullptr) return unknown_account(command.account);
    const std::set<AccountRole> scopes = TRY(scopes_of(command, *account, maker));
    const WallTime end = TRY(end_of(command, maker, now));
    if (command.note.size() > limits::token_note_bytes_max || !is_plain_text(command.note))
        return error(ErrorCode::InvalidArgument, "a note has at most 200 bytes, all of them text",
                     {{"field", "note"}});
    if (maker.token != nullptr) TRY(check_count(state, account->name, now));
    CHECK(!command.secret_hash.empty() && !state.tokens().contains(command.id));
    Draft draft(state, now);
    ApiToken token;
    token.id = command.id;
    token.account = command.account;
    token.secret_hash = command.secret_hash;
    token.note = command.note;
    token.scopes = scopes;
    token.read_only = command.read_only;
    token.made_by = command.maker;
    token.created_at = now;
    token.expires_at = end;
    draft.put(std::move(token));
    draft.event("token_created", *account, "API token " + command.id.str() + " created");
    return std::move(draft).done(command.id.str());
}

Result<Decision> revoke_token(const State& state, const RevokeToken& command, WallTime now) {
    const ApiToken* by = state.tokens().get(command.by);
    if (by == nullptr) return revoked_meanwhile();
    const auto is_seen = [&](const ApiToken& token) { return may_see(state, *by, token); };
    const ApiToken* token = state.tokens().get(command.id);
    if (token == nullptr || !is_seen(*token))
        return no_such_row("token", command.id.str(), "foyer token ls");
    TRY(check_reach(state, *by, *token));
    std::vector<TokenId> revoked{token->id};
    if (command.with_made) {
        std::multimap<TokenId, TokenId> made_with;
        for (const auto& [id, made] : state.tokens()) {
            if (is_seen(made)) made_with.emplace(made.made_by, id);
        }
        for (std::size_t i = 0; i < revoked.size(); ++i) {
            const auto [from, to] = made_with.equal_range(TokenId(revoked[i]));
            for (auto at = from; at != to; ++at) revoked.push_back(at->second);
        }
    }
    Draft draft(state, now);
    for (const TokenId& id : revoked) {
        draft.drop(DropToken{id});
        draft.event("token_revoked", state.accounts().at(state.tokens().at(id).account),
                    "API token " + id.str() + " revoked");
    }
    Decision decision = std::move(draft).done(command.id.str());
    decision.reply.revoked = std::move(revoked);
    return decision;
}

}  // namespace foyer::master
