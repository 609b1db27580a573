#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/commands.h"
#include "master/cli/human.h"
#include "master/cli/views.h"
#include "master/cli/watch.h"

namespace foyer::cli {
namespace {

struct TokenOptions {
    std::string account;
    std::string valid;
    std::string note;
    std::vector<std::string> scopes;
    bool read_only = false;
    bool dry_run = false;
};

Result<Json> body_of(const TokenOptions& options) {
    Json body = Json::object();
    if (!options.account.empty()) body["account"] = options.account;
    if (!options.valid.empty())
        body["valid_seconds"] = TRY(parse_duration(options.valid)).count() / 1000;
    if (!options.note.empty()) body["note"] = options.note;
    if (!options.scopes.empty()) body["scopes"] = options.scopes;
    if (options.read_only) body["read_only"] = true;
    if (options.dry_run) body["validate_only"] = true;
    return body;
}

Status create_token(Session& session, const TokenOptions& options) {
    const Json body = TRY(body_of(options));
    const std::string answer = TRY(session.write("POST", "/v1/tokens", body, "foyer account ls"));
    if (options.dry_run) session.console().note(dry_run_note);
    if (session.wants_json()) return session.print_json(answer);
    if (options.dry_run) return ok_status();
    const Json token = TRY(parse_json(answer));
    session.console().data(text_field(token, "token") + "\n");
    session.console().note(fmt::format(
        "token '{}' of account '{}', good until {}; shown only now.\nUse it: foyer "
        "login --api URL --ca FILE --token-file FILE",
        text_field(token, "id"), text_field(token, "account"), text_field(token, "expires_at")));
    return ok_status();
}

struct RevokeOptions {
    std::string id;
    bool with_made = false;
    bool yes = false;
    bool dry_run = false;
};

Status revoke_token(Session& session, const RevokeOptions& options) {
    if (options.with_made && !options.dry_run) {
        TRY(confirm_loss(session, options.id,
                         "Every token made with it, and with those, is revoked too; --dry-run "
                         "tells which.",
                         options.yes));
    }
    std::string query;
    if (options.with_made) query = "?with_made=true";
    if (options.dry_run) query += query.empty() ? "?validate_only=true" : "&validate_only=true";
    const std::string answer = TRY(session.write("DELETE", path_of("tokens", options.id) + query,
                                                 std::nullopt, "foyer token ls"));
    if (session.wants_json()) TRY(session.print_json(answer));
    const Json done = TRY(parse_json(answer));
    const std::string revoked = joined(list_field(done, "revoked"));
    session.console().note(options.dry_run
                               ? fmt::format("would be revoked: {}\n{}", revoked, dry_run_note)
                               : fmt::format("revoked: {}", revoked));
    return ok_status();
}

void add_create(Command group, Session& session) {
    auto& token = session.keep<TokenOptions>();
    Command make = add_command(group, "create", "make an API token; printed once, on stdout");
    make.add_option("--account", token.account, "whose (operator); absent: your own");
    make.add_option("--valid", token.valid,
                    "how long it is good, 1m to 366d; absent: 90d, or as long as your own token")
        .check(a_duration());
    make.add_option("--note", token.note, "what it is for");
    make.add_option("--scope", token.scopes,
                    "what it may do of its account's roles; several times or with commas; absent: "
                    "all that your own token may")
        .delimiter(',')
        .check(a_role());
    make.add_flag("--read-only", token.read_only, "it may read only");
    add_dry_run(make, token.dry_run);
    make.callback([&session, &token] {
        session.action = [&session, &token] { return create_token(session, token); };
    });
}

void add_revoke(Command group, Session& session) {
    auto& options = session.keep<RevokeOptions>();
    Command command = add_command(group, "revoke", "end a token: it is refused from now on");
    command.add_option("id", options.id, "the part between the underscores; `token ls` shows it")
        .required();
    command.add_flag("--with-made", options.with_made,
                     "also those made with it, and with those: what a thief may have made");
    command.add_flag("--yes", options.yes, "do not ask");
    add_dry_run(command, options.dry_run);
    command.callback([&session, &options] {
        session.action = [&session, &options] { return revoke_token(session, options); };
    });
}

}  // namespace

void add_token_commands(Command app, Session& session) {
    Command group = add_group(app, "token", "tokens for programs and people");
    add_create(group, session);
    auto& account = session.keep<std::string>();
    Command list = add_command(group, "ls", "list yours, or all (operator); never their secrets");
    session.has_rows(list);
    list.add_option("--account", account, "only those of this account");
    list.callback([&session, &account] {
        session.action = [&session, &account] {
            ListRoute route{"/v1/tokens", "tokens", "no tokens"};
            add_to_query(route.query, "account", account);
            return session.show_list(route, view_tokens);
        };
    });
    add_show_command(group, session, "tokens", view_token);
    add_revoke(group, session);
}

}  // namespace foyer::cli
