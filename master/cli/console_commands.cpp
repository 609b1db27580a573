// logs, exec: what goes on inside a copy of an instance.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "common/base/base64.h"
#include "common/model/errand.h"
#include "master/cli/commands.h"
#include "master/cli/exit_code.h"
#include "master/cli/human.h"
#include "master/cli/text_width.h"
#include "master/cli/views.h"
#include "master/cli/watch.h"

namespace foyer::cli {
namespace {

constexpr const char* list_hint = "foyer instance ls";
constexpr int hold_ms = 20'000;
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

// A box or a master that is away is waited for, and so is a copy that is not there yet. Where the
// lead moves the new leader's log is not gone on with: it is another file.
Status follow(Session& session, LogOptions options) {
    if (session.format() != Format::AsTable && session.format() != Format::AsJson)
        return usage_error("a log that is followed is lines of text or of JSON",
                           "repeat with --output json");
    const RetryLimits limits{.delay_max = Duration(5000)};
    int failures = 0;
    bool began = false;
    std::string path = log_path(options, fmt::format("newest={}", options.newest));
    while (session.console().output_ok()) {
        const auto reply =
            TRY(session.api())->call({.path = path, .hold = Duration(hold_ms), .may_retry = false});
        if (!reply.ok()) {
            const ErrorCode code = reply.failure().code;
            if (!is_retryable(code) && code != ErrorCode::DeadlineExceeded)
                return advise(reply.failure(), list_hint);
            if (!began && failures == 3) return reply.failure();
            if (++failures == 1)
                session.console().note("foyer: " + reply.failure().message + "; waiting");
            pause_for(retry_delay(failures + 1, limits, session.rng()));
            continue;
        }
        failures = 0;
        began = true;
        const Json part = TRY(part_of(reply.value().body));
        options.index = static_cast<int>(number_field(part, "index"));
        if (part.value("gap", false))
            session.console().note("foyer: lines are missing here: the log began anew");
        print_lines(session, options, part);
        const std::string last = text_field(part, "last");
        path = log_path(options, (last.empty() ? "newest=1" : "after=" + percent_encoded(last)) +
                                     fmt::format("&wait_ms={}", hold_ms));
    }
    return ok_status();
}

Status show_log(Session& session, const LogOptions& options) {
    if (options.follow) return follow(session, options);
    const std::string body =
        TRY(session.get(log_path(options, fmt::format("newest={}", options.newest)), list_hint));
    if (session.format() != Format::AsTable)
        return session.show_rows(body, "lines", view_log_lines);
    print_lines(session, options, TRY(part_of(body)));
    return ok_status();
}

Result<std::string> standard_input() {
    std::string bytes(errand_limits::input_bytes_max + 1, '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count = ::read(STDIN_FILENO, bytes.data() + done, bytes.size() - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return error(ErrorCode::InvalidArgument, "standard input cannot be read");
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    if (done > errand_limits::input_bytes_max)
        return error(ErrorCode::InvalidArgument,
                     fmt::format("standard input is more than {} bytes; copy it in parts",
                                 errand_limits::input_bytes_max));
    bytes.resize(done);
    return bytes;
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

void add_console_commands(CLI::App& app, Session& session) {
    auto& log = session.keep<LogOptions>();
    CLI::App& logs = add_command(app, "logs", "show what a copy of an instance wrote to its log");
    add_name(logs, log.name, "INSTANCE");
    session.has_rows(logs);
    logs.add_flag("-f,--follow", log.follow, "then go on, as it is written");
    logs.add_option("--copy", log.index, "index of the copy; absent: the one that leads")
        ->check(CLI::Range(0, 4095).description("COPY"));
    logs.add_option("--newest", log.newest, "so many lines from its end")
        ->check(CLI::Range(1, errand_limits::lines_max))
        ->capture_default_str();
    logs.add_flag("-t,--times", log.times, "with the time of each line");
    logs.callback(
        [&session, &log] { session.action = [&session, &log] { return show_log(session, log); }; });

    auto& run = session.keep<ExecOptions>();
    CLI::App& command = add_command(
        app, "exec",
        "run a program inside a running copy and wait for its end; the command is recorded");
    add_name(command, run.name, "INSTANCE");
    command.add_option("command", run.command, "program and arguments, behind --")
        ->required()
        ->type_name("PROGRAM");
    command.add_option("--copy", run.index, "index of the copy; absent: the one that leads")
        ->check(CLI::Range(0, 4095).description("COPY"));
    command.add_flag("-i,--input", run.input, "give it this command's standard input (64 KiB)");
    command.add_option("--timeout", run.timeout, "kill it after this time, at most 55s")
        ->check(a_duration())
        ->capture_default_str();
    add_dry_run(command, run.dry_run);
    command.callback(
        [&session, &run] { session.action = [&session, &run] { return exec(session, run); }; });
}

}  // namespace foyer::cli
