#include "master/cli/watch.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/commands.h"
#include "master/cli/exit_code.h"
#include "master/cli/human.h"
#include "master/cli/text_width.h"
#include "master/cli/views.h"

namespace foyer::cli {
namespace {

// A bar with a running clock is redrawn each second; lines need no more than what changed.
constexpr std::int64_t hold_drawing_ms = 1000;
constexpr std::int64_t hold_lines_ms = 20000;

// Shows the difference between what was known and what is.
class ProgressPrinter {
public:
    explicit ProgressPrinter(Session& session) : session_(session) {}

    void show(const Json& operation) {
        Console& console = session_.console();
        const bool draws = console.draws();
        const WallTime now = session_.clock().wall();
        if (before_.is_null()) {
            console.note(
                printable(fmt::format("{} {}: {}", text_field(operation, "kind"),
                                      subject_of(operation), text_field(operation, "id"))));
        }
        const News which = draws ? News::EndedOnly : News::All;
        for (const std::string& line : progress_news(before_, operation, now, which)) {
            console.note("  " + line);
        }
        if (draws && is_running(operation)) {
            console.status(progress_line(operation, now, console.style()));
        }
        before_ = operation;
    }

private:
    Session& session_;
    Json before_;
};

Error failure_of(const Json& operation) {
    const Json& why = field(operation, "error");
    const std::string message = text_field(why, "message");
    Error failure = error(ErrorCode::Internal,
                          fmt::format("{} of '{}' failed{}{}", text_field(operation, "kind"),
                                      subject_of(operation), message.empty() ? "" : ": ", message));
    for (const Json& fact : list_field(why, "facts")) {
        failure.details.push_back({text_field(fact, "key"), text_field(fact, "value")});
    }
    const std::string node = text_field(operation, "node");
    const std::string instance = text_field(operation, "instance");
    std::string next = "foyer rebalance plan";
    if (!node.empty()) next = "foyer node show " + node;
    if (!instance.empty()) next = "foyer instance events " + instance;
    failure.details.push_back({std::string(next_key), next});
    return failure;
}

Error still_running(const Json& operation, Duration timeout) {
    const std::string id = text_field(operation, "id");
    return error(ErrorCode::DeadlineExceeded,
                 fmt::format("operation '{}' still runs after {}; it goes on by itself", id,
                             human_duration(timeout)),
                 {{std::string(next_key), "foyer op wait " + id}});
}

// One held read. An answer that does not come is asked for again until the deadline.
Result<std::string> next_look(Session& session, const Json& operation, std::int64_t hold_ms) {
    ApiClient* client = TRY(session.api());
    const std::string path = fmt::format("{}?wait_ms={}&after_revision={}",
                                         path_of("operations", text_field(operation, "id")),
                                         hold_ms, number_field(operation, "revision"));
    const auto reply = client->call({.path = path, .hold = Duration(hold_ms), .may_retry = false});
    if (!reply.ok()) return reply.failure();
    return reply.value().body;
}

}  // namespace

Json FinishedOperation::operation() const { return Json::parse(body, nullptr, false); }

Result<FinishedOperation> wait_for_operation(Session& session, std::string body, Duration timeout) {
    const MonoTime deadline = session.clock().mono() + timeout;
    ProgressPrinter printer(session);
    Json operation = TRY(parse_json(body));
    const RetryLimits limits{.delay_max = Duration(5000)};
    int failures = 0;
    while (is_running(operation)) {
        printer.show(operation);
        const Duration left = deadline - session.clock().mono();
        if (left <= Duration(0)) return still_running(operation, timeout);
        const std::int64_t hold =
            std::min(left.count(), session.console().draws() ? hold_drawing_ms : hold_lines_ms);
        const MonoTime asked = session.clock().mono();
        auto look = next_look(session, operation, hold);
        if (look.ok()) {
            Json next = TRY(parse_json(look.value()));
            // A master that answers at once with nothing new must not be asked in a tight loop.
            const bool same = field(next, "revision") == field(operation, "revision");
            if (same &&
                session.clock().mono() - asked < Duration(std::min<std::int64_t>(hold, 200)))
                pause_for(Duration(200));
            failures = 0;
            operation = std::move(next);
            body = std::move(look).value();
            continue;
        }
        if (!is_retryable(look.failure().code)) return look.failure();
        if (++failures == 1)
            session.console().note("foyer: " + look.failure().message + "; waiting");
        pause_for(std::min(left, retry_delay(failures + 1, limits, session.rng())));
    }
    printer.show(operation);
    session.console().clear_status();
    if (has_failed(operation)) {
        if (session.wants_json()) TRY(session.print_json(body));
        return failure_of(operation);
    }
    return FinishedOperation{std::move(body)};
}

Status follow_operation(Session& session, const std::string& body, const WaitOptions& options,
                        const std::string& done) {
    if (options.dry_run) {
        if (session.wants_json()) TRY(session.print_json(body));
        session.console().note(dry_run_note);
        return ok_status();
    }
    if (options.no_wait) {
        TRY(session.show(body, view_operation));
        return ok_status();
    }
    const Duration timeout = TRY(parse_duration(options.timeout));
    const auto finished = TRY(wait_for_operation(session, body, timeout));
    if (session.wants_json()) {
        TRY(session.print_json(finished.body));
    } else {
        session.console().note(done);
    }
    return ok_status();
}

void add_wait_options(Command command, WaitOptions& wait) {
    command.add_flag("--no-wait", wait.no_wait, "do not wait for the operation");
    command.add_option("--timeout", wait.timeout, "how long to wait")
        .shows_default()
        .check(a_duration());
    add_dry_run(command, wait.dry_run);
}

}  // namespace foyer::cli
