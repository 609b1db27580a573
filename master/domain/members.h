// The people of an account. Each has a login of its own, under a name that is its account's alone:
// who manages one account can do nothing to a person's login elsewhere.
//
//   invited ──accepts: chooses a password──► may log in ──► sessions, tokens (ApiToken::member)
//      ▲                                         │
//      └────────── invited again ◄───────────────┘   (what was chosen stays until it is accepted)
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/ids.h"
#include "master/domain/rows.h"

namespace foyer::master {

class State;

using MemberKey = std::pair<AccountId, MemberName>;

// Who a person is at an identity provider (OpenID Connect, `iss` and `sub`).
struct OidcIdentity {
    std::string issuer;
    std::string subject;
    friend bool operator==(const OidcIdentity&, const OidcIdentity&) = default;
};

struct Member {
    AccountId account;
    MemberName name;
    std::set<AccountRole> scopes;  // what it may do of its account's roles; empty: all of them
    bool read_only = false;
    bool manages = false;         // the members themselves: then neither narrowed nor read only
    std::string password_hash;    // argon2id in PHC form; empty: not chosen
    Sealed totp;                  // secret of the authenticator, sealed; empty: none
    bool totp_on = false;         // it was confirmed: a login asks for a code
    std::int64_t totp_step = 0;   // of the last code taken: none is taken twice
    OidcIdentity identity;        // empty: none
    std::string invitation_hash;  // hex SHA-256; empty: no invitation is open
    std::optional<WallTime> invited_until;  // exactly while one is
    TokenId made_by;
    std::optional<WallTime> last_login_at;
    WallTime created_at;
    Revision revision;
    friend bool operator==(const Member&, const Member&) = default;
};

inline MemberKey key_of_member(const Member& row) { return {row.account, row.name}; }

// "member/acme/anna/totp": the place of an authenticator's secret under the seal.
std::string totp_place(const MemberKey& key);

struct DropMember {
    MemberKey key;
    friend bool operator==(const DropMember&, const DropMember&) = default;
};

// What a member may do, as whoever manages the account says.
struct MemberRights {
    std::set<AccountRole> scopes;
    bool read_only = false;
    bool manages = false;
};

struct CreateMember {
    MemberKey key;
    MemberRights rights;
    std::string invitation_hash;
    TokenId by;
};

struct UpdateMember {
    MemberKey key;
    MemberRights rights;
    TokenId by;
};

struct InviteMember {
    MemberKey key;
    std::string invitation_hash;
    TokenId by;
};

struct DeleteMember {
    MemberKey key;
    TokenId by;
};

inline constexpr std::size_t members_per_account_max = 200;
inline constexpr Duration invitation_valid{std::int64_t{7} * 24 * 3600 * 1000};

// Whoever belongs to the account, and operators.
bool sees_members(const State& state, const AccountId& account, const TokenId& by);

// 1 to 64 of a-z 0-9 . _ @ + -, beginning with a letter or digit.
Status check_member_name(const std::string& name);

}  // namespace foyer::master
