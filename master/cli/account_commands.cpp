#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "master/cli/change_thing.h"
#include "master/cli/commands.h"
#include "master/cli/exit_code.h"
#include "master/cli/human.h"
#include "master/cli/views.h"
#include "master/cli/watch.h"

namespace foyer::cli {
namespace {

struct AccountOptions {
    std::string name;
    std::vector<std::string> roles;
    // Of its quota; "none" ends a limit, empty leaves it as it is.
    std::string instances;
    std::string copies;
    std::string disk;
    std::string country;  // "none" ends it, empty leaves it as it is
    bool yes = false;
    bool dry_run = false;
};

// One limit into a quota.
Status put_limit(Json& quota, const char* key, const std::string& text, bool is_bytes) {
    if (text.empty()) return ok_status();
    quota.erase(key);
    if (text == "none") return ok_status();
    const auto number = parse_int(text);
    if (is_bytes) {
        quota[key] = TRY(parse_bytes(text));
    } else if (number && *number >= 0) {
        quota[key] = *number;
    } else {
        return usage_error(fmt::format("'{}' is no number; write 10, or none for no limit", text));
    }
    return ok_status();
}

Status put_limits(Json& body, const AccountOptions& options) {
    Json quota = field(body, "quota");
    if (!quota.is_object()) quota = Json::object();
    TRY(put_limit(quota, "instances", options.instances, false));
    TRY(put_limit(quota, "copies", options.copies, false));
    TRY(put_limit(quota, "disk_bytes", options.disk, true));
    body.erase("quota");
    if (!quota.empty()) body["quota"] = std::move(quota);
    return ok_status();
}

void put_country(Json& body, const std::string& country) {
    if (country.empty()) return;
    body.erase("country");
    if (country != "none") body["country"] = country;
}

Status create_account(Session& session, const AccountOptions& options) {
    Json body = {{"name", options.name}, {"roles", options.roles}};
    TRY(put_limits(body, options));
    put_country(body, options.country);
    if (options.dry_run) body["validate_only"] = true;
    const std::string answer = TRY(session.write("POST", "/v1/accounts", body));
    return show_created(session, answer, view_account, options.dry_run);
}

Status set_account(Session& session, const AccountOptions& options) {
    const ChangeRoute route{path_of("accounts", options.name), "foyer account ls", view_account};
    return change_thing(session, route, options.dry_run, [&](const Json& before) -> Result<Json> {
        Json body = {{"roles", list_field(before, "roles")}, {"quota", field(before, "quota")}};
        if (!options.roles.empty()) body["roles"] = options.roles;
        TRY(put_limits(body, options));
        put_country(body, text_field(before, "country"));
        put_country(body, options.country);
        return body;
    });
}

Status show_account(Session& session, const std::string& name) {
    std::string whose = name;
    if (whose.empty()) whose = text_field(TRY(session.get_json("/v1/whoami")), "account");
    return session.show(TRY(session.get(path_of("accounts", whose), "foyer account ls")),
                        view_account);
}

Option add_roles(Command command, AccountOptions& account) {
    return command
        .add_option("--role", account.roles, "what it may do; several times or with commas")
        .delimiter(',')
        .check(a_role());
}

void add_quota(Command command, AccountOptions& account) {
    command.add_option("--instances", account.instances, "how many it may have; none: no limit");
    command.add_option("--copies", account.copies, "copies of all of them; none: no limit");
    command.add_option("--disk", account.disk, "disk of all copies, 200GiB; none: no limit");
    command.add_option("--country", account.country,
                       "where it is at home, FR; hosts may refuse some; none: not known");
}

void add_making(Command group, Session& session) {
    auto& made = session.keep<AccountOptions>();
    Command create = add_command(group, "create", "add an account (operator)");
    create.add_option("name", made.name, "its name").required();
    add_roles(create, made).required();
    add_quota(create, made);
    add_dry_run(create, made.dry_run);
    create.callback([&session, &made] {
        session.action = [&session, &made] { return create_account(session, made); };
    });
    auto& changed = session.keep<AccountOptions>();
    Command set =
        add_command(group, "set", "change what it may do and have; the rest stays (operator)");
    set.add_option("name", changed.name, "its name").required();
    add_roles(set, changed);
    add_quota(set, changed);
    add_dry_run(set, changed.dry_run);
    set.callback([&session, &changed] {
        session.action = [&session, &changed] { return set_account(session, changed); };
    });
}

}  // namespace

void add_account_commands(Command app, Session& session) {
    Command group = add_group(app, "account", "who may do and have what");
    add_making(group, session);
    add_list_command(group, session, {"/v1/accounts", "accounts", "no accounts"}, view_accounts);
    auto& shown = session.keep<std::string>();
    Command show = add_command(group, "show", "show one, with what it uses of its quota");
    show.add_option("name", shown, "its name; absent: your own");
    show.callback([&session, &shown] {
        session.action = [&session, &shown] { return show_account(session, shown); };
    });
    add_delete_command(group, session,
                       {.collection = "accounts",
                        .description = "remove an account that has nothing any more (operator)",
                        .loss = "Its tokens are revoked, and its name may be given to somebody "
                                "else."});
}

}  // namespace foyer::cli
