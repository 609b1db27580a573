// event: what happened in the cloud, and what happens.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/commands.h"
#include "master/cli/exit_code.h"
#include "master/cli/views.h"

namespace foyer::cli {
namespace {

constexpr int hold_ms = 20'000;

struct EventOptions {
    std::string about;
    std::string name;
    std::string kind;
    int newest = 20;
    std::int64_t after = -1;
    bool follow = false;
};

std::string filter_of(const EventOptions& options) {
    std::string query;
    if (!options.about.empty()) query += "&about=" + options.about;
    if (!options.name.empty()) query += "&subject=" + percent_encoded(options.name);
    if (!options.kind.empty()) query += "&kind=" + percent_encoded(options.kind);
    return query;
}

std::string first_path(const EventOptions& options) {
    const std::string from = options.after >= 0 ? fmt::format("after={}", options.after)
                                                : fmt::format("newest={}", options.newest);
    return "/v1/events?" + from + filter_of(options);
}

void print_lines(Session& session, const Json& page) {
    for (const Json& event : list_field(page, "events"))
        session.console().data(session.wants_json() ? event.dump() + "\n" : event_line(event));
}

// Without an end: until a signal, or a refusal. A master that is away is waited for; nothing is
// missed, for what is asked for begins where the last answer ended.
Status follow(Session& session, const EventOptions& options) {
    if (session.format() != Format::AsTable && session.format() != Format::AsJson)
        return usage_error("events that are followed are lines of text or of JSON",
                           "repeat with --output json");
    const RetryLimits limits{.delay_max = Duration(5000)};
    int failures = 0;
    std::string path = first_path(options);
    while (session.console().output_ok()) {
        const auto reply =
            TRY(session.api())->call({.path = path, .hold = Duration(hold_ms), .may_retry = false});
        if (!reply.ok()) {
            if (!is_retryable(reply.failure().code)) return reply.failure();
            if (++failures == 1)
                session.console().note("foyer: " + reply.failure().message + "; waiting");
            pause_for(retry_delay(failures + 1, limits, session.rng()));
            continue;
        }
        failures = 0;
        const Json page = Json::parse(reply.value().body, nullptr, false);
        if (page.is_discarded() || !page.contains("last"))
            return error(ErrorCode::Internal, "the master's answer is no page of events");
        print_lines(session, page);
        path = fmt::format("/v1/events?after={}&wait_ms={}{}", number_field(page, "last"), hold_ms,
                           filter_of(options));
    }
    return ok_status();
}

Status list(Session& session, const EventOptions& options) {
    return session.show_rows(TRY(session.get(first_path(options))), "events", view_events);
}

}  // namespace

void add_event_commands(CLI::App& app, Session& session) {
    CLI::App& group = add_group(app, "event", "what happened to what is yours");
    auto& options = session.keep<EventOptions>();
    CLI::App& command = add_command(group, "ls", "list the newest events, oldest of them first");
    session.has_rows(command);
    command.add_flag("-f,--follow", options.follow, "then go on, as they happen");
    command
        .add_option("--about", options.about,
                    "only about things of this kind: instance, node, account, …")
        ->check(a_thing());
    command.add_option("--name", options.name, "only about the thing of this name");
    command.add_option("--kind", options.kind, "only of this kind, as node_silent");
    auto* newest = command.add_option("--newest", options.newest, "so many")
                       ->check(CLI::Range(1, 500))
                       ->capture_default_str();
    command.add_option("--after", options.after, "from this place on: `last` of an earlier answer")
        ->check(CLI::NonNegativeNumber)
        ->type_name("SEQUENCE")
        ->excludes(newest);
    command.callback([&session, &options] {
        session.action = [&session, &options] {
            return options.follow ? follow(session, options) : list(session, options);
        };
    });
}

}  // namespace foyer::cli
