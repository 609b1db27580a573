// member: the people of an account. me: one's own login.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/change_thing.h"
#include "master/cli/commands.h"
#include "master/cli/person.h"
#include "master/cli/views.h"
#include "master/cli/watch.h"

namespace foyer::cli {
namespace {

struct MemberOptions {
    std::string account;
    std::string name;
    std::vector<std::string> scopes;
    bool all_scopes = false;
    bool read_only = false;
    bool may_write = false;
    bool manages = false;
    bool manages_no_more = false;
    bool yes = false;
    bool dry_run = false;
};

// "/v1/accounts/acme/members", of the caller's own account where none is named.
Result<std::string> members_path(Session& session, const std::string& account) {
    std::string whose = account;
    if (whose.empty()) whose = text_field(TRY(session.get_json("/v1/whoami")), "account");
    return path_of("accounts", whose) + "/members";
}

Result<std::string> member_path(Session& session, const MemberOptions& options) {
    return TRY(members_path(session, options.account)) + "/" + percent_encoded(options.name);
}

Status show_invited(Session& session, const std::string& answer, const MemberOptions& options) {
    if (options.dry_run) session.console().note(dry_run_note);
    if (session.wants_json()) return session.print_json(answer);
    if (options.dry_run) return ok_status();
    const Json member = TRY(parse_json(answer));
    session.console().data(text_field(member, "invitation") + "\n");
    session.console().note(fmt::format(
        "give this invitation to '{}', by a way you trust; it is shown only now, and good until "
        "{}.\nThere: foyer me accept --api URL --ca FILE --account {} --member {}",
        text_field(member, "name"), text_field(member, "invited_until"),
        text_field(member, "account"), text_field(member, "name")));
    return ok_status();
}

Status add_member(Session& session, const MemberOptions& options) {
    Json body = {{"name", options.name}};
    if (!options.scopes.empty()) body["scopes"] = options.scopes;
    if (options.read_only) body["read_only"] = true;
    if (options.manages) body["manages"] = true;
    if (options.dry_run) body["validate_only"] = true;
    const std::string path = TRY(members_path(session, options.account));
    return show_invited(session, TRY(session.write("POST", path, body, "foyer account ls")),
                        options);
}

Status set_member(Session& session, const MemberOptions& options) {
    const ChangeRoute route{TRY(member_path(session, options)), "foyer member ls", view_member};
    return change_thing(session, route, options.dry_run, [&](const Json& before) -> Result<Json> {
        Json body = {{"scopes", list_field(before, "scopes")},
                     {"read_only", flag_field(before, "read_only")},
                     {"manages", flag_field(before, "manages")}};
        if (!options.scopes.empty()) body["scopes"] = options.scopes;
        if (options.all_scopes) body["scopes"] = Json::array();
        if (options.read_only || options.may_write) body["read_only"] = options.read_only;
        if (options.manages || options.manages_no_more) body["manages"] = options.manages;
        return body;
    });
}

Status invite_member(Session& session, const MemberOptions& options) {
    Json body = Json::object();
    if (options.dry_run) body["validate_only"] = true;
    const std::string path = TRY(member_path(session, options)) + ":invite";
    return show_invited(session, TRY(session.write("POST", path, body, "foyer member ls")),
                        options);
}

Status remove_member(Session& session, const MemberOptions& options) {
    if (!options.dry_run) {
        TRY(confirm_loss(session, options.name,
                         "The sessions and tokens of this person end at once.", options.yes));
    }
    const std::string path =
        TRY(member_path(session, options)) + (options.dry_run ? "?validate_only=true" : "");
    const std::string answer = TRY(session.write("DELETE", path, std::nullopt, "foyer member ls"));
    if (session.wants_json()) TRY(session.print_json(answer));
    session.console().note(options.dry_run ? std::string(dry_run_note)
                                           : fmt::format("'{}' is out", options.name));
    return ok_status();
}

using Act = Status (*)(Session&, const MemberOptions&);

struct MemberCommand {
    Command command;
    MemberOptions& options;
};

MemberCommand add_named(Command group, Session& session, const char* verb, const char* what,
                        Act act) {
    auto& options = session.keep<MemberOptions>();
    Command command = add_command(group, verb, what);
    command.add_option("name", options.name, "of the person: anna, or anna@acme.example")
        .required();
    command.add_option("--account", options.account, "whose (operator); absent: your own");
    command.callback([&session, &options, act] {
        session.action = [&session, &options, act] { return act(session, options); };
    });
    return {command, options};
}

void add_scopes(const MemberCommand& to) {
    to.command
        .add_option("--scope", to.options.scopes,
                    "what it may do of its account's roles; several times or with commas")
        .delimiter(',')
        .check(a_role());
    Option read_only = to.command.add_flag("--read-only", to.options.read_only, "it may read only");
    to.command
        .add_flag("--manages", to.options.manages,
                  "it adds, changes and removes members, and may all that the account may")
        .excludes(read_only);
}

void add_changes(Command group, Session& session) {
    const auto add = add_named(group, session, "add", "invite a person", add_member);
    add_scopes(add);
    add_dry_run(add.command, add.options.dry_run);
    const auto set =
        add_named(group, session, "set", "change what a person may do; the rest stays", set_member);
    add_scopes(set);
    set.command.add_flag("--all-scopes", set.options.all_scopes, "all that the account may");
    set.command.add_flag("--may-write", set.options.may_write, "no longer read only");
    set.command.add_flag("--manages-no-more", set.options.manages_no_more, "no longer manages");
    add_dry_run(set.command, set.options.dry_run);
    const auto invite =
        add_named(group, session, "invite",
                  "a new invitation: it was lost, the password is forgotten, the codes are gone",
                  invite_member);
    add_dry_run(invite.command, invite.options.dry_run);
    const auto remove = add_named(group, session, "delete", "end a membership", remove_member);
    remove.command.add_flag("--yes", remove.options.yes, "do not ask");
    add_dry_run(remove.command, remove.options.dry_run);
}

}  // namespace

void add_member_commands(Command app, Session& session) {
    Command group = add_group(app, "member", "the people of an account");
    add_changes(group, session);
    auto& account = session.keep<std::string>();
    Command list = add_command(group, "ls", "list them");
    session.has_rows(list);
    list.add_option("--account", account, "whose (operator); absent: your own");
    list.callback([&session, &account] {
        session.action = [&session, &account]() -> Status {
            return session.show_list({TRY(members_path(session, account)), "members",
                                      "no members yet: foyer member add"},
                                     view_members);
        };
    });
    add_named(group, session, "show", "show one",
              [](Session& at, const MemberOptions& options) -> Status {
                  const std::string path = TRY(member_path(at, options));
                  return at.show(TRY(at.get(path, "foyer member ls")), view_member);
              });
}

}  // namespace foyer::cli
