#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/text.h"
#include "common/model/agent_package.h"
#include "common/os/child_process.h"
#include "common/tls/ed25519.h"
#include "common/tls/sha256.h"
#include "master/cli/commands.h"
#include "master/cli/exit_code.h"
#include "master/cli/human.h"
#include "master/cli/send_blob.h"
#include "master/cli/signing_key.h"
#include "master/cli/views.h"
#include "master/cli/watch.h"

namespace foyer::cli {
namespace {

constexpr Duration dpkg_patience{60'000};

struct PublishOptions {
    std::string file;
    std::string key_file;
    bool dry_run = false;
};

// One line of what dpkg-deb says of the file.
Result<std::string> deb_field(const std::string& file, const std::string& name) {
    os::Command command;
    command.argv = {"dpkg-deb", "--field", file, name};
    command.timeout = dpkg_patience;
    std::string text = TRY(os::run_checked(command));
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

Result<AgentPackage> read_deb(const std::string& file) {
    const std::string name = TRY(deb_field(file, "Package"));
    if (name != agent_package_name) {
        return usage_error(
            fmt::format("'{}' is package '{}'; boxes take {}", file, name, agent_package_name),
            "foyer agent-release publish foyer-node_VERSION_ARCH.deb --key FILE");
    }
    std::error_code failure;
    const auto bytes = std::filesystem::file_size(file, failure);
    if (failure)
        return error(ErrorCode::NotFound, fmt::format("'{}': {}", file, failure.message()));
    AgentPackage package;
    package.version = TRY(deb_field(file, "Version"));
    package.architecture = TRY(deb_field(file, "Architecture"));
    package.file = Digest("sha256:" + TRY(tls::sha256_file(file)));
    package.size = Bytes(static_cast<std::int64_t>(bytes));
    return package;
}

Status publish(Session& session, const PublishOptions& options) {
    const Secret<std::string> seed = TRY(read_signing_key(options.key_file));
    const AgentPackage package = TRY(read_deb(options.file));
    const std::string document = TRY(to_document(package));
    const std::string signature = TRY(tls::ed25519_sign(seed, document));
    const std::string public_key = TRY(tls::public_key_of(seed));
    const std::string what = fmt::format("agent {} for {}", package.version, package.architecture);
    if (!options.dry_run)
        TRY(send_blob(session, what,
                      {"package", package.file.str(), options.file, package.size.count()}));
    Json body = {{"document", to_base64(document)},
                 {"signature", padded_base64(signature)},
                 {"publisher_key", padded_base64(public_key)}};
    if (options.dry_run) body["validate_only"] = true;
    const std::string answer = TRY(session.write("POST", "/v1/agent-releases", body));
    session.console().note(options.dry_run ? std::string(dry_run_note) : "published " + what);
    return session.show(answer, view_agent_release);
}

struct StartOptions {
    std::string version;
    std::string at_most;
    std::vector<std::string> canaries;
    std::string observe;
    bool dry_run = false;
};

// "5" boxes, or "5%" of them.
Status read_pace(const std::string& text, Json& body) {
    if (text.empty()) return ok_status();
    const bool share = text.ends_with('%');
    const auto number = parse_int(share ? text.substr(0, text.size() - 1) : text);
    if (!number || *number < 1 || *number > (share ? 100 : 1000)) {
        return usage_error(fmt::format("'{}' is neither 1 to 1000 boxes nor 1% to 100%", text),
                           "foyer upgrade start VERSION --at-most 5%");
    }
    body[share ? "at_most_percent" : "at_most"] = *number;
    return ok_status();
}

Status start(Session& session, const StartOptions& options) {
    Json body = {{"version", options.version}};
    TRY(read_pace(options.at_most, body));
    if (!options.canaries.empty()) body["canaries"] = options.canaries;
    if (!options.observe.empty())
        body["observe_seconds"] = TRY(parse_duration(options.observe)).count() / 1000;
    if (options.dry_run) body["validate_only"] = true;
    const std::string answer =
        TRY(session.write("POST", "/v1/upgrade:start", body, "foyer agent-release ls"));
    session.console().note(options.dry_run ? std::string(dry_run_note)
                                           : "begun; watch it with: foyer upgrade show");
    return session.show(answer, view_upgrade);
}

struct SteerOptions {
    bool dry_run = false;
};

void add_steer(Command group, Session& session, const std::string& verb,
               const std::string& description) {
    auto& options = session.keep<SteerOptions>();
    Command command = add_command(group, verb, description);
    add_dry_run(command, options.dry_run);
    command.callback([&session, &options, verb] {
        session.action = [&session, &options, verb]() -> Status {
            Json body = Json::object();
            if (options.dry_run) body["validate_only"] = true;
            const std::string answer = TRY(session.write("POST", "/v1/upgrade:" + verb, body));
            if (options.dry_run) session.console().note(dry_run_note);
            return session.show(answer, view_upgrade);
        };
    });
}

void add_start(Command group, Session& session) {
    auto& options = session.keep<StartOptions>();
    Command command =
        add_command(group, "start", "give all boxes that take part this version (operator)");
    command.add_option("version", options.version, "of foyer agent-release ls")
        .required()
        .type_name("VERSION");
    command
        .add_option("--at-most", options.at_most,
                    "boxes at once: 5, or 5% of all; 2% unless told, and always one")
        .type_name("N|N%");
    command
        .add_option("--canary", options.canaries,
                    "a box that goes first; may be given several times")
        .one_value_each()
        .type_name("NODE");
    command
        .add_option("--observe", options.observe,
                    "how long canaries are watched before the others follow; 30m unless told")
        .check(a_duration());
    add_dry_run(command, options.dry_run);
    command.callback([&session, &options] {
        session.action = [&session, &options] { return start(session, options); };
    });
}

struct ShowOptions {
    std::string version;
    std::string architecture = "amd64";
};

}  // namespace

void add_agent_release_commands(Command app, Session& session) {
    Command group = add_group(app, "agent-release", "packages of the boxes' agent");
    add_list_command(group, session,
                     {"/v1/agent-releases", "agent_releases",
                      "none yet: foyer agent-release publish FILE.deb --key FILE"},
                     view_agent_releases);
    auto& shown = session.keep<ShowOptions>();
    Command show = add_command(group, "show", "show one, with its digest and signer (operator)");
    show.add_option("version", shown.version, "its version").required().type_name("VERSION");
    show.add_option("--architecture", shown.architecture, "of Debian").shows_default();
    show.callback([&session, &shown] {
        session.action = [&session, &shown]() -> Status {
            const std::string path = path_of("agent-releases", shown.version) +
                                     path_of("architectures", shown.architecture).substr(3);
            return session.show(TRY(session.get(path, "foyer agent-release ls")),
                                view_agent_release);
        };
    });
    auto& options = session.keep<PublishOptions>();
    Command command =
        add_command(group, "publish", "sign a .deb of the agent, send it, publish it (operator)");
    command.add_option("file", options.file, "foyer-node_VERSION_ARCH.deb")
        .required()
        .type_name("FILE.deb");
    command.add_option("--key", options.key_file, "signing key (foyer release keygen)")
        .required()
        .type_name("FILE");
    add_dry_run(command, options.dry_run);
    command.callback([&session, &options] {
        session.action = [&session, &options] { return publish(session, options); };
    });
}

void add_upgrade_commands(Command app, Session& session) {
    Command group = add_group(app, "upgrade", "newer agents for the boxes, a few at a time");
    add_start(group, session);
    Command show = add_command(group, "show", "how far it is, box by box (operator)");
    show.callback([&session] {
        session.action = [&session]() -> Status {
            return session.show(TRY(session.get("/v1/upgrade")), view_upgrade);
        };
    });
    add_steer(group, session, "pause", "no further box begins (operator)");
    add_steer(group, session, "resume", "go on, also after it stopped by itself (operator)");
    add_steer(group, session, "back", "each box goes back to where it came from (operator)");
}

}  // namespace foyer::cli
