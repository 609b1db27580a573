// The API itself, for what no command has a word for: /v1/docs of the master tells its routes.
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/os/files.h"
#include "master/cli/commands.h"
#include "master/cli/exit_code.h"
#include "master/cli/watch.h"

namespace foyer::cli {
namespace {

constexpr std::size_t body_bytes_max = 1 << 20;

struct ApiOptions {
    std::string path;
    std::string body_file;
    std::string if_match;
    bool dry_run = false;
};

Status check_path(const std::string& path, const std::string& example) {
    if (path.starts_with('/') && path.find_first_of(" \r\n\t") == std::string::npos)
        return ok_status();
    return usage_error(fmt::format("'{}' is not a path of the API", path), example);
}

// As it is: what is wrong with it is for the API to say.
Result<std::string> read_body(const std::string& file) {
    if (file != "-") return os::read_file(file, body_bytes_max);
    if (auto text = read_stdin(body_bytes_max)) return *std::move(text);
    return usage_error("stdin holds more than a body may have (1 MiB)");
}

Result<std::string> only_checked(const std::string& body) {
    OrderedJson object = OrderedJson::parse(body, nullptr, false);
    if (!object.is_object())
        return usage_error("the body is no JSON object; --dry-run adds to one");
    object["validate_only"] = true;
    return object.dump();
}

Status get(Session& session, const ApiOptions& options) {
    TRY(check_path(options.path, "foyer api get /v1/whoami"));
    return session.print_json(TRY(session.get(options.path)));
}

Status post(Session& session, const ApiOptions& options) {
    TRY(check_path(options.path, "foyer api post /v1/isps --body FILE"));
    std::optional<std::string> body;
    if (!options.body_file.empty()) body = TRY(read_body(options.body_file));
    session.if_match = options.if_match;
    if (options.dry_run) {
        body = TRY(only_checked(body.value_or("{}")));
        session.console().note(dry_run_note);
    }
    return session.print_json(TRY(session.send("POST", options.path, std::move(body))));
}

Status put(Session& session, const ApiOptions& options) {
    TRY(check_path(options.path, "foyer api put /v1/accounts/NAME --body FILE"));
    // Bytes of any size, not JSON.
    if (!options.path.starts_with("/v1/blobs/")) {
        session.if_match = options.if_match;
        std::string body = TRY(read_body(options.body_file));
        if (options.dry_run) {
            body = TRY(only_checked(body));
            session.console().note(dry_run_note);
        }
        return session.print_json(TRY(session.send("PUT", options.path, std::move(body))));
    }
    if (options.dry_run)
        return usage_error("a blob cannot only be tried: it is kept, or it is there already",
                           "repeat without --dry-run");
    std::error_code failure;
    const auto bytes = std::filesystem::file_size(options.body_file, failure);
    if (failure) return usage_error(fmt::format("'{}': {}", options.body_file, failure.message()));
    ApiClient* client = TRY(session.api());
    TRY(client->upload({.path = options.path,
                        .file = options.body_file,
                        .bytes = static_cast<std::int64_t>(bytes),
                        .sent = {}}));
    session.console().note(fmt::format("{} bytes are kept at {}", bytes, options.path));
    return ok_status();
}

Status remove(Session& session, const ApiOptions& options) {
    TRY(check_path(options.path, "foyer api delete /v1/instances/NAME"));
    session.if_match = options.if_match;
    std::string path = options.path;
    if (options.dry_run) {
        path += path.find('?') == std::string::npos ? "?" : "&";
        path += "validate_only=true";
        session.console().note(dry_run_note);
    }
    return session.print_json(TRY(session.send("DELETE", path, std::nullopt)));
}

void add_if_match(Command command, ApiOptions& options) {
    command.add_option("--if-match", options.if_match,
                       "only if it has not changed since: its revision in double quotes, '\"17\"'");
}

Command add_verb(Command group, Session& session, const std::string& verb,
                 const std::string& description, ApiOptions& options,
                 Status (*act)(Session&, const ApiOptions&)) {
    Command command = add_command(group, verb, description);
    command.add_option("path", options.path, "/v1/…, with its query").required();
    command.callback([&session, &options, act] {
        session.action = [&session, &options, act] { return act(session, options); };
    });
    return command;
}

}  // namespace

void add_api_commands(Command app, Session& session) {
    Command group = add_group(app, "api", "the API itself; /v1/docs tells what it offers");
    auto& options = session.keep<ApiOptions>();
    const std::string file = "file with the body, as it is; - reads it from stdin";
    add_verb(group, session, "get", "print the answer to GET PATH", options, get);
    Command posts =
        add_verb(group, session, "post", "print the answer to POST PATH", options, post);
    posts.add_option("--body", options.body_file, file).type_name("FILE");
    Command puts = add_verb(group, session, "put", "print the answer to PUT PATH", options, put);
    puts.add_option("--body", options.body_file, file + "; of a blob: a file, sent as it is")
        .required()
        .type_name("FILE");
    Command deletes =
        add_verb(group, session, "delete", "print the answer to DELETE PATH", options, remove);
    for (const Command command : {posts, puts, deletes}) add_if_match(command, options);
    for (const Command command : {posts, puts, deletes}) add_dry_run(command, options.dry_run);
}

}  // namespace foyer::cli
