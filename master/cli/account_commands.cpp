#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/commands.h"
#include "master/cli/human.h"
#include "master/cli/views.h"
#include "master/cli/watch.h"

namespace foyer::cli {
namespace {

struct AccountOptions {
    std::string name;
    std::vector<std::string> roles;
    bool dry_run = false;
};

Status create_account(Session& session, const AccountOptions& options) {
    Json body = {{"name", options.name}, {"roles", options.roles}};
    if (options.dry_run) body["validate_only"] = true;
    const std::string answer = TRY(session.write("POST", "/v1/accounts", body));
    return show_created(session, answer, view_account, options.dry_run);
}

struct TokenOptions {
    std::string account;
    std::string valid = "90d";
    std::string note;
    bool dry_run = false;
};

Status create_token(Session& session, const TokenOptions& options) {
    const Duration valid = TRY(parse_duration(options.valid));
    Json body = {{"account", options.account}, {"valid_seconds", valid.count() / 1000}};
    if (!options.note.empty()) body["note"] = options.note;
    if (options.dry_run) body["validate_only"] = true;
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

}  // namespace

void add_account_commands(CLI::App& app, Session& session) {
    CLI::App& group = add_group(app, "account", "who may do what (operator)");
    auto& account = session.keep<AccountOptions>();
    CLI::App& create = add_command(group, "create", "add an account");
    create.add_option("name", account.name, "its name")->required();
    create.add_option("--role", account.roles, "what it may do; several times or with commas")
        ->required()
        ->delimiter(',')
        ->check(one_of({"operator", "host", "customer", "publisher", "auditor"}));
    add_dry_run(create, account.dry_run);
    create.callback([&session, &account] {
        session.action = [&session, &account] { return create_account(session, account); };
    });
    add_list_command(group, session, {"/v1/accounts", "accounts", "no accounts"}, view_accounts);

    CLI::App& tokens = add_group(app, "token", "tokens for programs and people (operator)");
    auto& token = session.keep<TokenOptions>();
    CLI::App& make = add_command(tokens, "create", "make an API token; printed once, on stdout");
    make.add_option("--account", token.account, "whose")->required();
    make.add_option("--valid", token.valid, "how long it is good, 1m to 366d")
        ->capture_default_str()
        ->check(a_duration());
    make.add_option("--note", token.note, "what it is for");
    add_dry_run(make, token.dry_run);
    make.callback([&session, &token] {
        session.action = [&session, &token] { return create_token(session, token); };
    });
}

}  // namespace foyer::cli
