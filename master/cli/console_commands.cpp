// logs, exec: what goes on inside a copy of an instance.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/model/errand.h"
#include "master/cli/commands.h"
#include "master/cli/follow.h"
#include "master/cli/human.h"
#include "master/cli/text_width.h"
#include "master/cli/views.h"
#include "master/cli/watch.h"

namespace foyer::cli {
namespace {

constexpr const char* list_hint = "foyer instance ls";
constexpr Duration way_there{10'000};  // beyond what the box may take

struct LogOptions {
    std::string name;
    int index = -1;
    int newest = 100;
    bool follow = false;
    bool times = false;
};

struct ExecOptions {
    std::string name;
    int index = -1;
    std::vector<std::string> command;
    std::string timeout = "30s";
    bool input = false;
    bool dry_run = false;
};

std::string log_path(const LogOptions& options, const std::string& query) {
    return path_of("instances", options.name) + "/log?" + query +
           (options.index >= 0 ? fmt::format("&index={}", options.index) : "");
}

void print_lines(Session& session, const LogOptions& options, const Json& part) {
    for (const Json& line : list_field(part, "lines")) {
        if (session.wants_json()) {
            session.console().data(line.dump() + "\n");
            continue;
        }
        const std::string time = options.times ? text_field(line, "at") + "  " : "";
        session.console().data(time + printable(text_field(line, "text")) + "\n");
    }
}

Result<Json> part_of(const std::string& body) {
    Json part = Json::parse(body, nullptr, false);
    if (part.is_discarded() || !part.contains("index"))
        return error(ErrorCode::Internal, "the master's answer is no part of a log");
    return part;
}

// With the copy it began with: where the lead moves, the new leader's log is another file.
Status follow_log(Session& session, LogOptions options) {
    const FollowRules rules{.what = "a log that is followed is",
                            .asks_a_box = true,
                            .first_tries_max = 4,
                            .next = list_hint};
    return follow(
        session, log_path(options, fmt::format("newest={}", options.newest)), rules,
        [&](const std::string& body) -> Result<std::string> {
            const Json part = TRY(part_of(body));
            options.index = static_cast<int>(number_field(part, "index"));
            if (part.value("gap", false))
                session.console().note("foyer: lines are missing here: the log began anew");
            print_lines(session, options, part);
            const std::string last = text_field(part, "last");
            const std::string from = last.empty() ? "newest=1" : "after=" + percent_encoded(last);
            return log_path(options, from + fmt::format("&wait_ms={}", follow_hold_ms));
        });
}

Status show_log(Session& session, const LogOptions& options) {
    if (options.follow) return follow_log(session, options);
    const std::string body =
        TRY(session.get(log_path(options, fmt::format("newest={}", options.newest)), list_hint));
    if (session.format() != Format::AsTable)
        return session.show_rows(body, "lines", view_log_lines);
    print_lines(session, options, TRY(part_of(body)));
    return ok_status();
}

Result<std::string> standard_input() {
    auto bytes = read_stdin(errand_limits::input_bytes_max);
    if (bytes) return *std::move(bytes);
    return error(ErrorCode::InvalidArgument,
                 fmt::format("standard input is more than {} bytes; copy it in parts",
                             errand_limits::input_bytes_max));
}

// A terminal gets no letters that could steer it; a pipe gets every byte.
void print_output(Session& session, const std::string& bytes) {
    session.console().data(session.console().page().width == 0 ? bytes : printable_lines(bytes));
}

Status show_end(Session& session, const std::string& body) {
    const Json end = Json::parse(body, nullptr, false);
    const auto output = from_base64(text_field(end, "output"));
    const auto errors = from_base64(text_field(end, "errors"));
    if (end.is_discarded() || !output || !errors)
        return error(ErrorCode::Internal, "the master's answer is no end of a program");
    print_output(session, *output);
    if (!errors->empty()) session.console().fail(printable_lines(*errors));
    if (end.value("output_cut", false))
        session.console().note("foyer: there was more output; only its beginning is brought");
    if (end.value("timed_out", false))
        session.console().note("foyer: it was killed because it took too long (--timeout)");
    session.exit_code = static_cast<int>(number_field(end, "exit_code"));
    return ok_status();
}

Status exec(Session& session, const ExecOptions& options) {
    const Duration timeout = TRY(parse_duration(options.timeout));
    Json body{{"command", options.command}, {"timeout_ms", timeout.count()}};
    if (options.index >= 0) body["index"] = options.index;
    if (options.input) body["input"] = to_base64(TRY(standard_input()));
    if (options.dry_run) body["validate_only"] = true;
    const auto reply = TRY(session.api())
                           ->call({.method = "POST",
                                   .path = path_of("instances", options.name) + ":exec",
                                   .body = body.dump(),
                                   .request_id = session.request_id(),
                                   .hold = timeout + way_there,
                                   .may_retry = false});
    if (!reply.ok()) return advise(reply.failure(), list_hint);
    if (options.dry_run) {
        session.console().note(dry_run_note);
        return ok_status();
    }
    if (session.wants_json()) return session.print_json(reply.value().body);
    return show_end(session, reply.value().body);
}

}  // namespace

void add_console_commands(Command app, Session& session) {
    auto& log = session.keep<LogOptions>();
    Command logs = add_command(app, "logs", "show what a copy of an instance wrote to its log");
    add_name(logs, log.name, "INSTANCE");
    session.has_rows(logs);
    logs.add_flag("-f,--follow", log.follow, "then go on, as it is written");
    logs.add_option("--copy", log.index, "index of the copy; absent: the one that leads")
        .check(between(0, 4095).called("COPY"));
    logs.add_option("--newest", log.newest, "so many lines from its end")
        .check(between(1, errand_limits::lines_max))
        .shows_default();
    logs.add_flag("-t,--times", log.times, "with the time of each line");
    logs.callback(
        [&session, &log] { session.action = [&session, &log] { return show_log(session, log); }; });

    auto& run = session.keep<ExecOptions>();
    Command command = add_command(
        app, "exec",
        "run a program inside a running copy and wait for its end; the command is recorded");
    add_name(command, run.name, "INSTANCE");
    command.add_option("command", run.command, "program and arguments, behind --")
        .required()
        .type_name("PROGRAM");
    command.add_option("--copy", run.index, "index of the copy; absent: the one that leads")
        .check(between(0, 4095).called("COPY"));
    command.add_flag("-i,--input", run.input, "give it this command's standard input (64 KiB)");
    command.add_option("--timeout", run.timeout, "kill it after this time, at most 55s")
        .check(a_duration())
        .shows_default();
    add_dry_run(command, run.dry_run);
    command.callback(
        [&session, &run] { session.action = [&session, &run] { return exec(session, run); }; });
}

}  // namespace foyer::cli
