#include "master/domain/members.h"

#include <algorithm>

#include "master/domain/draft.h"
#include "master/domain/rights.h"

namespace foyer::master {
namespace {

constexpr std::size_t name_bytes_max = 64;

// Whoever may manage the members of this account; another's account is answered as none.
Status check_manages(const State& state, const AccountId& account, const TokenId& by) {
    const Asker asker = TRY(asker_of(state, by));
    if (!state.accounts().contains(account) || !sees_members(state, account, by))
        return no_such_row("account", account.str(), "foyer account show");
    const bool runs_cloud = asker.rights.is_operator() && !asker.rights.read_only;
    // An operator's own account has members who may not all make operators.
    if (asker.token->account == account ? asker.rights.manages : runs_cloud) return ok_status();
    return error(ErrorCode::PermissionDenied,
                 "this takes a member that manages account '" + account.str() +
                     "', or a token of the account that is not narrowed",
                 {{"rule", "manages"}});
}

Result<Member> find_member(const State& state, const MemberKey& key) {
    const Member* found = state.members().get(key);
    if (found != nullptr) return *found;
    return no_such_row("member", key.second.str(), "foyer member ls");
}

Status check_rights(const Account& account, const MemberRights& rights) {
    TRY(check_account_has(account, rights.scopes, "members"));
    if (!rights.manages || (rights.scopes.empty() && !rights.read_only)) return ok_status();
    return error(ErrorCode::InvalidArgument,
                 "a member that manages the account may do all that the account may: leave out "
                 "its scopes and read_only",
                 {{"field", "manages"}});
}

std::ptrdiff_t members_of(const State& state, const AccountId& account) {
    std::ptrdiff_t count = 0;
    for (auto at = state.members().lower_bound({account, {}});
         at != state.members().end() && at->first.first == account; ++at)
        ++count;
    return count;
}

void take(Member& row, const MemberRights& rights) {
    row.scopes = rights.scopes;
    row.read_only = rights.read_only;
    row.manages = rights.manages;
}

void invite(Member& row, const std::string& invitation_hash, WallTime now) {
    CHECK(!invitation_hash.empty());
    row.invitation_hash = invitation_hash;
    row.invited_until = now + invitation_valid;
}

}  // namespace

std::string totp_place(const MemberKey& key) {
    return "member/" + key.first.str() + "/" + key.second.str() + "/totp";
}

bool sees_members(const State& state, const AccountId& account, const TokenId& by) {
    const auto asker = asker_of(state, by);
    return asker.ok() &&
           (asker.value().token->account == account || asker.value().rights.is_operator());
}

Status check_member_name(const std::string& name) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const bool good =
        !name.empty() && name.size() <= name_bytes_max && is_letter(name.front()) &&
        std::ranges::all_of(name, [&](char c) {
            return is_letter(c) || std::string_view("._@+-").find(c) != std::string_view::npos;
        });
    if (good) return ok_status();
    return error(ErrorCode::InvalidArgument,
                 "a member's name is 1 to 64 of a-z 0-9 . _ @ + -, beginning with a letter or "
                 "digit; an e-mail address in small letters is fine",
                 {{"field", "name"}});
}

Result<Decision> create_member(const State& state, const CreateMember& command, WallTime now) {
    const auto& [account, name] = command.key;
    TRY(check_manages(state, account, command.by));
    TRY(check_member_name(name.str()));
    const Account& owner = state.accounts().at(account);
    TRY(check_rights(owner, command.rights));
    if (state.members().contains(command.key))
        return error(ErrorCode::AlreadyExists, "member '" + name.str() + "' already exists",
                     {{"field", "name"}});
    if (members_of(state, account) >= static_cast<std::ptrdiff_t>(members_per_account_max))
        return error(ErrorCode::ResourceExhausted,
                     "an account has at most " + std::to_string(members_per_account_max) +
                         " members; `foyer member rm` one",
                     {{"rule", "members_max"}});
    Member row;
    row.account = account;
    row.name = name;
    row.made_by = command.by;
    row.created_at = now;
    take(row, command.rights);
    invite(row, command.invitation_hash, now);
    Draft draft(state, now);
    draft.put(std::move(row));
    draft.event("member_added", owner, "member " + name.str() + " added, and invited");
    return std::move(draft).done(name.str());
}

Result<Decision> update_member(const State& state, const UpdateMember& command, WallTime now) {
    TRY(check_manages(state, command.key.first, command.by));
    Member row = TRY(find_member(state, command.key));
    const Account& owner = state.accounts().at(row.account);
    TRY(check_rights(owner, command.rights));
    const Member before = row;
    take(row, command.rights);
    Draft draft(state, now);
    if (row == before) return std::move(draft).done(row.name.str());
    draft.put(row);
    draft.event("member_changed", owner, "what member " + row.name.str() + " may do has changed");
    return std::move(draft).done(row.name.str());
}

Result<Decision> invite_member(const State& state, const InviteMember& command, WallTime now) {
    TRY(check_manages(state, command.key.first, command.by));
    Member row = TRY(find_member(state, command.key));
    invite(row, command.invitation_hash, now);
    Draft draft(state, now);
    draft.put(row);
    draft.event("member_invited", state.accounts().at(row.account),
                "member " + row.name.str() + " is invited again");
    return std::move(draft).done(row.name.str());
}

Result<Decision> delete_member(const State& state, const DeleteMember& command, WallTime now) {
    TRY(check_manages(state, command.key.first, command.by));
    const Member row = TRY(find_member(state, command.key));
    Draft draft(state, now);
    int tokens = 0;
    for (const auto& [id, token] : state.tokens()) {
        if (token.account != row.account || token.member != row.name) continue;
        draft.drop(DropToken{id});
        ++tokens;
    }
    draft.drop(DropMember{command.key});
    draft.event("member_deleted", state.accounts().at(row.account),
                "member " + row.name.str() + " deleted with its " + std::to_string(tokens) +
                    " sessions and tokens");
    return std::move(draft).done(row.name.str());
}

}  // namespace foyer::master
