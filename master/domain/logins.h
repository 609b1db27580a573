// Logins: what a person proves at the door, and the session he gets. Hashing a password takes long
// and is done in front of the decision (master/login); the decision holds that what was proved is
// still so.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "master/domain/members.h"

namespace foyer::master {

// What was seen in the row when the proof was made. One of them.
struct LoginProof {
    std::string password_hash;
    OidcIdentity identity;
};

struct OpenSession {
    MemberKey key;
    LoginProof proof;
    std::int64_t totp_step = 0;  // of the code that was right; 0: none was shown
    TokenId id;
    std::string secret_hash;
};

// Ends the session that asks.
struct CloseSession {
    TokenId id;
};

struct AcceptInvitation {
    MemberKey key;
    std::string invitation_hash;
    std::string password_hash;
};

// Asked by a session of the member.
struct ChangePassword {
    TokenId session;
    std::string proved_hash;
    std::string password_hash;
};

struct StartTotp {
    TokenId session;
    std::string proved_hash;
    Sealed secret;
};

struct ConfirmTotp {
    TokenId session;
    Sealed secret;  // that the code was checked with
    std::int64_t step = 0;
};

struct RemoveTotp {
    TokenId session;
    std::string proved_hash;
    std::int64_t step = 0;
};

struct LinkIdentity {
    TokenId session;
    OidcIdentity identity;
};

inline constexpr Duration session_valid{std::int64_t{12} * 3600 * 1000};
inline constexpr Duration fresh_login{600'000};
inline constexpr int sessions_per_member_max = 10;  // a further login ends the oldest

// The one answer to whatever was wrong: nobody learns which accounts and members there are.
Error login_refused();
Error totp_needed();
Error totp_refused();        // wrong, of another time, or used
Error invitation_refused();  // not known, used, or over

// Whether this invitation is open.
bool is_invited(const Member& row, const std::string& invitation_hash, WallTime now);

// The session's member. Unauthenticated: it is no session, or gone.
Result<Member> member_of_session(const State& state, const TokenId& session);

}  // namespace foyer::master
