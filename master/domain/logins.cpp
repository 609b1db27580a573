#include "master/domain/logins.h"

#include <algorithm>
#include <vector>

#include "master/domain/draft.h"

namespace foyer::master {
namespace {

Error no_session() {
    return error(ErrorCode::FailedPrecondition,
                 "this is for a person who logged in (`foyer login`), and not for an API token",
                 {{"rule", "session_needed"}});
}

std::vector<const ApiToken*> sessions_of(const State& state, const Member& row) {
    std::vector<const ApiToken*> found;
    for (const auto& [id, token] : state.tokens()) {
        if (token.session && token.account == row.account && token.member == row.name)
            found.push_back(&token);
    }
    std::ranges::sort(found, {}, &ApiToken::created_at);
    return found;
}

void end_sessions(Draft& draft, const Member& row, const TokenId& but) {
    for (const ApiToken* session : sessions_of(draft.state(), row)) {
        if (session->id != but) draft.drop(DropToken{session->id});
    }
}

// Room for one more: those that are over go, and the oldest of too many.
void make_room(Draft& draft, const Member& row) {
    std::vector<const ApiToken*> living;
    for (const ApiToken* session : sessions_of(draft.state(), row)) {
        if (session->expires_at < draft.now())
            draft.drop(DropToken{session->id});
        else
            living.push_back(session);
    }
    const std::size_t most = sessions_per_member_max - 1;
    for (std::size_t i = 0; i + most < living.size(); ++i) draft.drop(DropToken{living[i]->id});
}

bool is_proved(const Member& row, const LoginProof& proof) {
    if (!proof.password_hash.empty()) return proof.password_hash == row.password_hash;
    return !proof.identity.subject.empty() && proof.identity == row.identity;
}

// The session's member, who has shown this password.
Result<Member> proved(const State& state, const TokenId& session, const std::string& hash) {
    Member row = TRY(member_of_session(state, session));
    if (hash.empty() || row.password_hash != hash) return login_refused();
    return row;
}

const Account& account_of(const State& state, const Member& row) {
    return state.accounts().at(row.account);
}

}  // namespace

Error login_refused() {
    return error(ErrorCode::Unauthenticated,
                 "account, member, password or code is wrong; who forgot the password asks who "
                 "manages the account for a new invitation",
                 {{"rule", "login_refused"}});
}

Error totp_needed() {
    return error(ErrorCode::Unauthenticated, "this login asks for the code of the authenticator",
                 {{"rule", "totp_needed"}, {"field", "code"}});
}

Error totp_refused() {
    return error(ErrorCode::Unauthenticated,
                 "this code is wrong, too old, or was used already; wait for the next one",
                 {{"rule", "totp_refused"}});
}

Error invitation_refused() {
    return error(ErrorCode::Unauthenticated,
                 "this invitation is not known, was used, or is too old; ask who manages the "
                 "account for a new one (`foyer member invite`)",
                 {{"rule", "invitation_refused"}});
}

bool is_invited(const Member& row, const std::string& invitation_hash, WallTime now) {
    return row.invited_until && row.invitation_hash == invitation_hash && now <= *row.invited_until;
}

Result<Member> member_of_session(const State& state, const TokenId& session) {
    const ApiToken* token = state.tokens().get(session);
    if (token == nullptr || !token->session || !token->member) return no_session();
    const Member* row = state.members().get({token->account, *token->member});
    if (row == nullptr) return no_session();
    return *row;
}

Result<Decision> open_session(const State& state, const OpenSession& command, WallTime now) {
    const Member* found = state.members().get(command.key);
    if (found == nullptr || !is_proved(*found, command.proof)) return login_refused();
    Member row = *found;
    // The provider asks for what it holds for right, codes included.
    const bool by_password = !command.proof.password_hash.empty();
    if (by_password && row.totp_on) {
        if (command.totp_step == 0) return totp_needed();
        if (command.totp_step <= row.totp_step) return login_refused();
        row.totp_step = command.totp_step;
    }
    row.last_login_at = now;
    Draft draft(state, now);
    make_room(draft, row);
    draft.put(row);
    ApiToken session;
    session.id = command.id;
    session.account = row.account;
    session.secret_hash = command.secret_hash;
    session.note = "login";
    session.member = row.name;
    session.session = true;
    session.created_at = now;
    session.expires_at = now + session_valid;
    draft.put(std::move(session));
    return std::move(draft).done(command.id.str());
}

Result<Decision> close_session(const State& state, const CloseSession& command, WallTime now) {
    TRY(member_of_session(state, command.id));
    Draft draft(state, now);
    draft.drop(DropToken{command.id});
    return std::move(draft).done(command.id.str());
}

Result<Decision> accept_invitation(const State& state, const AcceptInvitation& command,
                                   WallTime now) {
    CHECK(!command.invitation_hash.empty() && !command.password_hash.empty());
    const Member* found = state.members().get(command.key);
    if (found == nullptr || !is_invited(*found, command.invitation_hash, now))
        return invitation_refused();
    Member row = *found;
    row.invitation_hash.clear();
    row.invited_until.reset();
    row.password_hash = command.password_hash;
    row.totp = {};
    row.totp_on = false;
    row.identity = {};
    Draft draft(state, now);
    end_sessions(draft, row, {});
    draft.put(row);
    draft.event("member_joined", account_of(state, row),
                "member " + row.name.str() + " accepted the invitation");
    return std::move(draft).done(row.name.str());
}

Result<Decision> change_password(const State& state, const ChangePassword& command, WallTime now) {
    Member row = TRY(proved(state, command.session, command.proved_hash));
    CHECK(!command.password_hash.empty());
    row.password_hash = command.password_hash;
    Draft draft(state, now);
    end_sessions(draft, row, command.session);
    draft.put(row);
    draft.event("password_changed", account_of(state, row),
                "member " + row.name.str() + " chose another password");
    return std::move(draft).done(row.name.str());
}

Result<Decision> start_totp(const State& state, const StartTotp& command, WallTime now) {
    Member row = TRY(proved(state, command.session, command.proved_hash));
    if (row.totp_on)
        return error(ErrorCode::FailedPrecondition,
                     "codes are asked for already; remove them first to begin with another "
                     "authenticator",
                     {{"rule", "totp_on"}});
    row.totp = command.secret;
    Draft draft(state, now);
    draft.put(row);
    return std::move(draft).done(row.name.str());
}

Result<Decision> confirm_totp(const State& state, const ConfirmTotp& command, WallTime now) {
    Member row = TRY(member_of_session(state, command.session));
    if (row.totp_on || row.totp != command.secret || command.step <= row.totp_step)
        return totp_refused();
    row.totp_on = true;
    row.totp_step = command.step;
    Draft draft(state, now);
    end_sessions(draft, row, command.session);
    draft.put(row);
    draft.event("totp_on", account_of(state, row),
                "logins of member " + row.name.str() + " ask for a code");
    return std::move(draft).done(row.name.str());
}

Result<Decision> remove_totp(const State& state, const RemoveTotp& command, WallTime now) {
    Member row = TRY(proved(state, command.session, command.proved_hash));
    if (!row.totp_on)
        return error(ErrorCode::FailedPrecondition, "no codes are asked for",
                     {{"rule", "totp_off"}});
    if (command.step <= row.totp_step) return totp_refused();
    row.totp = {};
    row.totp_on = false;
    row.totp_step = command.step;
    Draft draft(state, now);
    draft.put(row);
    draft.event("totp_off", account_of(state, row),
                "logins of member " + row.name.str() + " ask for no code any more");
    return std::move(draft).done(row.name.str());
}

Result<Decision> link_identity(const State& state, const LinkIdentity& command, WallTime now) {
    Member row = TRY(member_of_session(state, command.session));
    CHECK(!command.identity.issuer.empty() && !command.identity.subject.empty());
    // A session that was stolen must not become a way in that stays.
    if (now - state.tokens().at(command.session).created_at > fresh_login)
        return error(ErrorCode::PermissionDenied,
                     "this takes a login of the last ten minutes; log in again first",
                     {{"rule", "fresh_login"}});
    for (auto at = state.members().lower_bound({row.account, {}});
         at != state.members().end() && at->first.first == row.account; ++at) {
        if (at->second.identity == command.identity && at->second.name != row.name)
            return error(ErrorCode::AlreadyExists,
                         "another member of this account logs in as this person there",
                         {{"rule", "identity_taken"}});
    }
    Draft draft(state, now);
    if (row.identity == command.identity) return std::move(draft).done(row.name.str());
    row.identity = command.identity;
    draft.put(row);
    draft.event("identity_linked", account_of(state, row),
                "member " + row.name.str() + " may log in at " + row.identity.issuer);
    return std::move(draft).done(row.name.str());
}

}  // namespace foyer::master
