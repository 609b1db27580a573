// Accounts and their API tokens.
#include "common/base/text.h"
#include "common/base/utf8.h"
#include "master/domain/draft.h"
#include "master/domain/limits.h"

namespace foyer::master {

Result<Decision> create_account(const State& state, const CreateAccount& command, WallTime now) {
    TRY(check_name("account", command.name.str()));
    if (command.roles.empty()) {
        return error(
            ErrorCode::InvalidArgument,
            "an account needs at least one role: operator, host, customer, publisher or auditor",
            {{"field", "roles"}});
    }
    if (state.accounts().contains(command.name)) {
        return error(ErrorCode::AlreadyExists,
                     "account '" + command.name.str() + "' already exists", {{"field", "name"}});
    }
    Draft draft(state, now);
    const Account account{command.name, command.roles, now, {}};
    draft.put(account);
    draft.event("account_created", account, "account created");
    return std::move(draft).done(command.name.str());
}

Result<Decision> create_token(const State& state, const CreateToken& command, WallTime now) {
    const Account account =
        TRY(find_row(state.accounts(), command.account, "account", "foyer account ls"));
    const Duration valid =
        command.valid == Duration(0) ? limits::api_token_valid_default : command.valid;
    if (valid < limits::token_valid_min || valid > limits::api_token_valid_max) {
        return error(ErrorCode::InvalidArgument, "a token may be valid from 60 seconds to 366 days",
                     {{"field", "valid_seconds"}});
    }
    if (command.note.size() > limits::token_note_bytes_max || !is_plain_text(command.note))
        return error(ErrorCode::InvalidArgument, "a note has at most 200 bytes, all of them text",
                     {{"field", "note"}});
    CHECK(!command.secret_hash.empty() && !state.tokens().contains(command.id));
    Draft draft(state, now);
    draft.put(ApiToken{
        command.id, command.account, command.secret_hash, command.note, now, now + valid, {}});
    draft.event("token_created", account, "API token " + command.id.str() + " created");
    return std::move(draft).done(command.id.str());
}

}  // namespace foyer::master
