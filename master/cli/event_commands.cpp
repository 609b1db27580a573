// event: what happened in the cloud, and what happens.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/commands.h"
#include "master/cli/follow.h"
#include "master/cli/views.h"

namespace foyer::cli {
namespace {

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
    add_to_query(query, "about", options.about);
    add_to_query(query, "subject", options.name);
    add_to_query(query, "kind", options.kind);
    return query.empty() ? query : "&" + query;
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

Status follow_events(Session& session, const EventOptions& options) {
    return follow(
        session, first_path(options), {.what = "events that are followed are"},
        [&](const std::string& body) -> Result<std::string> {
            const Json page = Json::parse(body, nullptr, false);
            if (page.is_discarded() || !page.contains("last"))
                return error(ErrorCode::Internal, "the master's answer is no page of events");
            print_lines(session, page);
            return fmt::format("/v1/events?after={}&wait_ms={}{}", number_field(page, "last"),
                               follow_hold_ms, filter_of(options));
        });
}

Status list(Session& session, const EventOptions& options) {
    return session.show_rows(TRY(session.get(first_path(options))), "events", view_events);
}

}  // namespace

void add_event_commands(Command app, Session& session) {
    Command group = add_group(app, "event", "what happened to what is yours");
    auto& options = session.keep<EventOptions>();
    Command command = add_command(group, "ls", "list the newest events, oldest of them first");
    session.has_rows(command);
    command.add_flag("-f,--follow", options.follow, "then go on, as they happen");
    command
        .add_option("--about", options.about,
                    "only about things of this kind: instance, node, account, …")
        .check(a_thing());
    command.add_option("--name", options.name, "only about the thing of this name");
    command.add_option("--kind", options.kind, "only of this kind, as node_silent");
    Option newest = command.add_option("--newest", options.newest, "so many")
                        .check(between(1, 500))
                        .shows_default();
    command.add_option("--after", options.after, "from this place on: `last` of an earlier answer")
        .check(between(0, INT64_MAX))
        .type_name("SEQUENCE")
        .excludes(newest);
    command.callback([&session, &options] {
        session.action = [&session, &options] {
            return options.follow ? follow_events(session, options) : list(session, options);
        };
    });
}

}  // namespace foyer::cli
