#include <CLI/CLI.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <nlohmann/json.hpp>

#include "common/base/trim.h"
#include "common/tls/private_file.h"
#include "master/cli/commands.h"
#include "master/cli/exit_code.h"
#include "master/cli/views.h"

namespace foyer::cli {
namespace {

constexpr std::size_t token_letters_max = 512;

struct LoginOptions {
    std::string api;
    std::string ca_file;
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

Status login(Session& session, const LoginOptions& options) {
    std::error_code failure;
    const std::string ca_file = std::filesystem::absolute(options.ca_file, failure).string();
    const Profile profile{options.api, ca_file, TRY(read_token(session, options.token_file))};
    ApiClient client = TRY(session.connect(profile));
    const ApiReply reply = TRY(client.call({.path = "/v1/whoami"}));
    const std::string path = session.config_path();
    auto loaded = load_config(path);
    if (!loaded.ok() && loaded.failure().code != ErrorCode::NotFound) return loaded.failure();
    Config config = loaded.ok() ? std::move(loaded).value() : Config{};
    const std::string name =
        session.options.profile.empty() ? config.default_profile : session.options.profile;
    if (config.profiles.empty()) config.default_profile = name;
    config.profiles[name] = profile;
    TRY(save_config(path, config));
    const Json caller = TRY(parse_json(reply.body));
    session.console().note(fmt::format("logged in to {} as '{}' ({}); profile '{}' in {}",
                                       options.api, text_field(caller, "account"),
                                       joined(list_field(caller, "roles")), name, path));
    if (session.wants_json()) TRY(session.print_json(reply.body));
    return ok_status();
}

}  // namespace

void add_session_commands(CLI::App& app, Session& session) {
    auto& options = session.keep<LoginOptions>();
    CLI::App& command = add_command(app, "login", "remember a master and a token (--profile NAME)");
    command.add_option("--api", options.api, "https://host:port")->required()->type_name("URL");
    command.add_option("--ca", options.ca_file, "certificate authority of the master (PEM)")
        ->required()
        ->type_name("FILE");
    command
        .add_option("--token-file", options.token_file,
                    "file with the API token, mode 0600; - reads it from stdin")
        ->required()
        ->type_name("FILE");
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
