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
#include "master/domain/rights.h"

namespace foyer::master {
namespace {

Error unknown_account(const AccountId& name) {
    return no_such_row("account", name.str(), "foyer account ls");
}

// The token of who asks, and what it may.
struct Maker {
    const ApiToken* token = nullptr;  // null: the master itself
    std::set<AccountRole> roles;
    bool is_operator() const { return token == nullptr || roles.contains(AccountRole::Operator); }
    bool is_of(const Account& account) const {
        return token != nullptr && token->account == account.name;
    }
};

Result<Maker> maker_of(const State& state, const CreateToken& command) {
    if (command.maker.empty()) return Maker{};
    const Asker asker = TRY(asker_of(state, command.maker));
    Maker maker{asker.token, asker.rights.roles};
    // Whether another's account exists is nobody's business.
    if (!maker.is_operator() && command.account != asker.token->account)
        return unknown_account(command.account);
    if (asker.rights.read_only)
        return error(ErrorCode::PermissionDenied, "a token that may read only makes no other one",
                     {{"rule", "scope"}, {"scope", "write"}});
    return maker;
}

Result<std::set<AccountRole>> scopes_of(const CreateToken& command, const Account& account,
                                        const Maker& maker) {
    if (command.scopes.empty())
        return maker.is_of(account) ? maker.token->scopes : std::set<AccountRole>();
    const auto more = beyond(command.scopes, maker.roles);
    if (!maker.is_operator() && !more.empty()) {
        return error(ErrorCode::PermissionDenied,
                     "a token gives no more than it may itself: this one has not the scope " +
                         names_of(more) + "; ask with one that has",
                     {{"rule", "scope"}, {"scope", names_of(more)}});
    }
    TRY(check_account_has(account, command.scopes, "tokens"));
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
    // A session is short so that a forgotten browser is; what it makes goes with its member.
    const bool bound = maker.token != nullptr && !maker.token->session;
    if (!bound || end <= maker.token->expires_at) return end;
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
            const ApiToken& token = entry.second;
            return token.account == account && !token.session && now <= token.expires_at;
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
    const auto rights = rights_of(state, by);
    const auto others = rights_of(state, token);
    CHECK(rights && others);
    if (by.id == token.id || rights->is_operator()) return ok_status();
    const auto more = beyond(others->roles, rights->roles);
    if (more.empty()) return ok_status();
    return error(ErrorCode::PermissionDenied,
                 "a token revokes none that may more than itself: this one has not the scope " +
                     names_of(more) + "; ask with one that has",
                 {{"rule", "scope"}, {"scope", names_of(more)}});
}

// What goes with a token.
struct Fall {
    std::vector<TokenId> tokens;
    std::vector<MemberKey> members;
};

// Tokens made with it and members added with it; what those made; and so on.
Fall all_made_with(const State& state, const ApiToken& by, const TokenId& root) {
    std::multimap<TokenId, TokenId> made;
    std::multimap<TokenId, MemberKey> added;
    std::multimap<MemberKey, TokenId> of_member;
    for (const auto& [id, token] : state.tokens()) {
        if (!may_see(state, by, token)) continue;
        made.emplace(token.made_by, id);
        if (token.member) of_member.emplace(MemberKey{token.account, *token.member}, id);
    }
    for (const auto& [key, member] : state.members()) added.emplace(member.made_by, key);
    Fall fall{{root}, {}};
    std::set<TokenId> seen{root};
    const auto take = [&](const auto& range) {
        for (auto at = range.first; at != range.second; ++at) {
            if (seen.insert(at->second).second) fall.tokens.push_back(at->second);
        }
    };
    for (std::size_t i = 0; i < fall.tokens.size(); ++i) {
        const TokenId id = fall.tokens[i];
        take(made.equal_range(id));
        const auto [from, to] = added.equal_range(id);
        for (auto at = from; at != to; ++at) {
            fall.members.push_back(at->second);
            take(of_member.equal_range(at->second));
        }
    }
    return fall;
}

}  // namespace

bool may_see(const State& state, const ApiToken& by, const ApiToken& token) {
    const auto rights = rights_of(state, by);
    if (!rights) return false;
    if (rights->is_operator()) return true;
    if (by.account != token.account) return false;
    return !by.member || rights->manages || by.member == token.member;
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
    if (maker.is_of(*account)) token.member = maker.token->member;
    token.created_at = now;
    token.expires_at = end;
    draft.put(std::move(token));
    draft.event("token_created", *account, "API token " + command.id.str() + " created");
    return std::move(draft).done(command.id.str());
}

Result<Decision> revoke_token(const State& state, const RevokeToken& command, WallTime now) {
    const ApiToken* by = TRY(asker_of(state, command.by)).token;
    const ApiToken* token = state.tokens().get(command.id);
    if (token == nullptr || !may_see(state, *by, *token))
        return no_such_row("token", command.id.str(), "foyer token ls");
    TRY(check_reach(state, *by, *token));
    Fall fall{{token->id}, {}};
    if (command.with_made) fall = all_made_with(state, *by, token->id);
    Draft draft(state, now);
    for (const TokenId& id : fall.tokens) {
        draft.drop(DropToken{id});
        draft.event("token_revoked", state.accounts().at(state.tokens().at(id).account),
                    "API token " + id.str() + " revoked");
    }
    for (const MemberKey& key : fall.members) {
        draft.drop(DropMember{key});
        draft.event("member_deleted", state.accounts().at(key.first),
                    "member " + key.second.str() + " deleted with the token that added it");
    }
    Decision decision = std::move(draft).done(command.id.str());
    decision.reply.revoked = std::move(fall.tokens);
    return decision;
}

}  // namespace foyer::master
