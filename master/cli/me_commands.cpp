// me: one's own login. logout.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/commands.h"
#include "master/cli/person.h"

namespace foyer::cli {
namespace {

Status change_password(Session& session) {
    Json body;
    body["password"] = TRY(session.console().ask_secret("Password until now: "));
    body["new_password"] = TRY(ask_new_password(session));
    TRY(post_once(*TRY(session.api()), "/v1/login:password", body));
    session.console().note("changed; your other sessions are ended");
    return ok_status();
}

Status set_up_codes(Session& session) {
    Json body;
    body["password"] = TRY(session.console().ask_secret("Password: "));
    const Json begun = TRY(post_once(*TRY(session.api()), "/v1/login:totp", body));
    session.console().note("add this to your authenticator, then type the code it shows:");
    session.console().data(text_field(begun, "uri") + "\n");
    const Json code{{"code", TRY(session.console().ask_secret("Code: "))}};
    TRY(post_once(*TRY(session.api()), "/v1/login:totp-confirm", code));
    session.console().note("from now on your login asks for a code");
    return ok_status();
}

Status end_codes(Session& session) {
    Json body;
    body["password"] = TRY(session.console().ask_secret("Password: "));
    body["code"] = TRY(session.console().ask_secret("Code of your authenticator: "));
    TRY(post_once(*TRY(session.api()), "/v1/login:totp-remove", body));
    session.console().note("your login asks for no code any more");
    return ok_status();
}

Status log_out(Session& session) {
    TRY(post_once(*TRY(session.api()), "/v1/logout", Json::object()));
    session.console().note(
        "this session is ended; `foyer login --account NAME --member NAME` begins "
        "another one");
    return ok_status();
}

void add_plain(Command group, Session& session, const char* verb, const char* what,
               Status (*act)(Session&)) {
    add_command(group, verb, what).callback([&session, act] {
        session.action = [&session, act] { return act(session); };
    });
}

void add_accept(Command group, Session& session) {
    auto& person = session.keep<Person>();
    Command accept = add_command(group, "accept", "accept an invitation: choose your password");
    accept.add_option("--api", person.api, "https://host:port; absent: the profile's")
        .type_name("URL");
    accept.add_option("--ca", person.ca_file, "certificate authority of the master (PEM)")
        .type_name("FILE");
    accept.add_option("--account", person.account, "which account invites").required();
    accept.add_option("--member", person.member, "your name there").required();
    accept.callback([&session, &person] {
        session.action = [&session, &person] { return accept_invitation(session, person); };
    });
}

}  // namespace

void add_me_commands(Command app, Session& session) {
    Command group = add_group(app, "me", "your own login");
    add_accept(group, session);
    add_plain(group, session, "password", "choose another password", change_password);
    add_plain(group, session, "totp-on", "have your login ask for a code", set_up_codes);
    add_plain(group, session, "totp-off", "have it ask for none", end_codes);
    add_plain(group, session, "link", "tie your login to the identity provider", link_person);
    add_plain(app, session, "logout", "end this session", log_out);
}

}  // namespace foyer::cli
