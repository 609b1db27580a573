#include <fmt/format.h>
#include <iostream>
#include <nlohmann/json.hpp>

#include "common/base/trim.h"
#include "common/tls/private_file.h"
#include "master/cli/commands.h"
#include "master/cli/exit_code.h"
#include "master/cli/person.h"
#include "master/cli/views.h"

namespace foyer::cli {
namespace {

constexpr std::size_t token_letters_max = 512;

struct LoginOptions {
    Person person;
    std::string token_file;
};

Secret<std::string> token_in(const std::string& text) {
    return Secret<std::string>(std::string(trimmed(text)));
}

// From a file of the user's own, from a pipe ("-"), or typed unseen. Never from the command line,
// where every user of the machine could read it.
Result<Secret<std::string>> read_token(Session& session, const std::string& file) {
    if (file == "-" && session.console().is_interactive()) {
        return token_in(TRY(session.console().ask_secret("API token: ")));
    }
    if (file == "-") {
        std::string line;
        std::getline(std::cin, line);
        if (line.size() > token_letters_max) return usage_error("stdin holds no API token");
        return token_in(line);
    }
    return token_in(TRY(tls::read_private_file(file)));
}

Status login_with_token(Session& session, const LoginOptions& options) {
    Profile profile = TRY(profile_of(session, options.person));
    profile.token = TRY(read_token(session, options.token_file));
    profile.device = {};
    if (profile.token.reveal().empty())
        return usage_error(fmt::format("'{}' holds no API token", options.token_file));
    ApiClient client = TRY(session.connect(profile));
    const ApiReply reply = TRY(client.call({.path = "/v1/whoami"}));
    TRY(remember(session, profile));
    const Json caller = TRY(parse_json(reply.body));
    session.console().note(fmt::format("logged in to {} as '{}' ({}); profile in {}", profile.api,
                                       text_field(caller, "account"),
                                       joined(list_field(caller, "roles")), session.config_path()));
    if (session.wants_json()) TRY(session.print_json(reply.body));
    return ok_status();
}

Status login(Session& session, const LoginOptions& options) {
    const Person& person = options.person;
    const bool named = !person.account.empty() && (person.provider || !person.member.empty());
    if (options.token_file.empty() && named) return log_in_person(session, person);
    if (!options.token_file.empty() && person.account.empty())
        return login_with_token(session, options);
    return usage_error(
        "who? A person: --account NAME --member NAME (or --provider); a program: "
        "--token-file FILE");
}

}  // namespace

void add_session_commands(Command app, Session& session) {
    auto& options = session.keep<LoginOptions>();
    Command command = add_command(app, "login", "log in, or remember a token (--profile NAME)");
    Person& person = options.person;
    command.add_option("--api", person.api, "https://host:port; absent: the profile's")
        .type_name("URL");
    command
        .add_option("--ca", person.ca_file,
                    "certificate authority of the master (PEM); absent: the profile's")
        .type_name("FILE");
    command
        .add_option("--token-file", options.token_file,
                    "of a program: file with the API token, mode 0600; - reads it from stdin")
        .type_name("FILE");
    command.add_option("--account", person.account, "of a person: for which account");
    command.add_option("--member", person.member, "of a person: your name there");
    command.add_flag("--provider", person.provider,
                     "of a person: log in at the identity provider, in your browser");
    command.callback([&session, &options] {
        session.action = [&session, &options] { return login(session, options); };
    });

    add_command(app, "whoami", "which account the token is of").callback([&session] {
        session.action = [&session]() -> Status {
            return session.show(TRY(session.get("/v1/whoami")), view_whoami);
        };
    });
}

}  // namespace foyer::cli
