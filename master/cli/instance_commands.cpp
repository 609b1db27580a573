#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/commands.h"
#include "master/cli/exit_code.h"
#include "master/cli/human.h"
#include "master/cli/views.h"
#include "master/cli/watch.h"

namespace foyer::cli {
namespace {

constexpr const char* list_hint = "foyer instance ls";
constexpr Duration look_period{1000};

struct ActionOptions {
    std::string name;
    WaitOptions wait;
    bool yes = false;
    std::string accept_data_loss;
    int index = -1;
};

Status act(Session& session, const ActionOptions& options, const std::string& verb, Json body,
           const std::string& done) {
    if (options.wait.dry_run) body["validate_only"] = true;
    const std::string answer = TRY(
        session.write("POST", path_of("instances", options.name) + ":" + verb, body, list_hint));
    return follow_operation(session, answer, options.wait,
                            fmt::format("instance '{}' {}", options.name, done));
}

Status delete_instance(Session& session, const ActionOptions& options) {
    if (!options.wait.dry_run) {
        const std::string question =
            fmt::format("Instance '{}' and all its data will be erased everywhere.", options.name);
        TRY(confirm_loss(session, options.name, question, options.yes));
    }
    const std::string query = options.wait.dry_run ? "?validate_only=true" : "";
    const std::string answer = TRY(session.write(
        "DELETE", path_of("instances", options.name) + query, std::nullopt, list_hint));
    return follow_operation(session, answer, options.wait,
                            fmt::format("instance '{}' is erased", options.name));
}

Status promote(Session& session, const ActionOptions& options) {
    Json body = Json::object();
    if (options.index >= 0) body["index"] = options.index;
    if (!options.accept_data_loss.empty()) {
        body["accept_data_loss"] = options.accept_data_loss;
        session.console().note("foyer: what only the missing copies of '" + options.name +
                               "' hold is given up for good");
    }
    return act(session, options, "promote", std::move(body), "has a new leading copy");
}

Status reveal(Session& session, const ActionOptions& options) {
    const std::string& name = options.name;
    Json asked = Json::object();
    if (options.wait.dry_run) asked["validate_only"] = true;
    const std::string body =
        TRY(session.write("POST", path_of("instances", name) + ":reveal", asked, list_hint));
    TRY(session.show(body, view_connection));
    if (options.wait.dry_run) {
        session.console().note(dry_run_note);
        return ok_status();
    }
    session.console().note(
        "the password is shown once; keep it. Within ten minutes: foyer "
        "instance reveal " +
        name + " --request-id " + session.request_id());
    return ok_status();
}

struct WaitForState {
    std::string name;
    std::string state = "running";
    std::string timeout = "15m";
};

Status wait_for_state(Session& session, const WaitForState& options) {
    const Duration timeout = TRY(parse_duration(options.timeout));
    const MonoTime deadline = session.clock().mono() + timeout;
    std::string known;
    for (;;) {
        auto body = session.get(path_of("instances", options.name), list_hint);
        const bool gone = !body.ok() && body.failure().code == ErrorCode::NotFound;
        if (gone && options.state == "deleted") return ok_status();
        if (gone) return body.failure();
        if (!body.ok() && !is_retryable(body.failure().code)) return body.failure();
        if (body.ok()) {
            const Json instance = TRY(parse_json(body.value()));
            const std::string state = text_field(instance, "state");
            if (state == options.state) return session.show(body.value(), view_instance);
            if (state != known) {
                session.console().note(fmt::format("{} is {}", options.name, state));
            }
            known = state;
        }
        const Duration left = deadline - session.clock().mono();
        if (left <= Duration(0)) {
            return error(ErrorCode::DeadlineExceeded,
                         fmt::format("instance '{}' is {} after {}, not {}", options.name, known,
                                     human_duration(timeout), options.state),
                         {{std::string(next_key), "foyer instance events " + options.name}});
        }
        pause_for(std::min(left, look_period));
    }
}

void add_actions(Command group, Session& session) {
    struct Verb {
        const char* name;
        const char* description;
        const char* done;
    };
    for (const Verb verb : {Verb{"stop", "stop the service, keep the data", "is stopped"},
                            Verb{"start", "start it again", "runs"}}) {
        auto& options = session.keep<ActionOptions>();
        Command command = add_command(group, verb.name, verb.description);
        add_name(command, options.name, "INSTANCE");
        add_wait_options(command, options.wait);
        command.callback([&session, &options, verb] {
            session.action = [&session, &options, verb] {
                return act(session, options, verb.name, Json::object(), verb.done);
            };
        });
    }
    auto& erase = session.keep<ActionOptions>();
    Command remove = add_command(group, "delete", "erase it everywhere");
    add_name(remove, erase.name, "INSTANCE");
    remove.add_flag("--yes", erase.yes, "do not ask");
    add_wait_options(remove, erase.wait);
    remove.callback([&session, &erase] {
        session.action = [&session, &erase] { return delete_instance(session, erase); };
    });

    auto& lead = session.keep<ActionOptions>();
    Command command = add_command(group, "promote", "let another copy take the lead");
    add_name(command, lead.name, "INSTANCE");
    command.add_option("--to", lead.index, "index of the copy; absent: the best one")
        .check(between(0, 1000).called("COPY"));
    command.add_option(
        "--accept-data-loss", lead.accept_data_loss,
        "its name typed again: go on with the copies that answer, and lose what only "
        "the others hold (the last resort)");
    add_wait_options(command, lead.wait);
    command.callback([&session, &lead] {
        session.action = [&session, &lead] { return promote(session, lead); };
    });
}

void add_events(Command group, Session& session) {
    auto& name = session.keep<std::string>();
    Command command = add_command(group, "events", "what happened to it, newest first");
    session.has_rows(command);
    add_name(command, name, "INSTANCE");
    command.callback([&session, &name] {
        session.action = [&session, &name]() -> Status {
            return session.show_list({.path = path_of("instances", name) + "/events",
                                      .rows = "events",
                                      .nothing = "nothing happened yet",
                                      .next = list_hint},
                                     view_events);
        };
    });
}

void add_timeline(Command group, Session& session) {
    auto& name = session.keep<std::string>();
    Command command =
        add_command(group, "timeline", "its takeovers, moment by moment, newest first");
    session.has_rows(command);
    add_name(command, name, "INSTANCE");
    command.callback([&session, &name] {
        session.action = [&session, &name]() -> Status {
            const std::string path = path_of("instances", name) + "/timeline";
            return session.show_rows(TRY(session.get(path, list_hint)), "takeovers", view_timeline);
        };
    });
}

void add_explain(Command group, Session& session) {
    auto& name = session.keep<std::string>();
    Command command = add_command(group, "explain", "why its copies are where they are");
    add_name(command, name, "INSTANCE");
    command.callback([&session, &name] {
        session.action = [&session, &name]() -> Status {
            const std::string path = path_of("instances", name) + "/placement";
            return session.show(TRY(session.get(path, list_hint)), view_placement);
        };
    });
}

}  // namespace

void add_instance_commands(Command app, Session& session) {
    Command group = add_group(app, "instance", "what was ordered");
    add_list_command(
        group, session,
        {.path = "/v1/instances",
         .rows = "instances",
         .nothing = "no instances yet: foyer order RELEASE",
         .filters = {{"state",
                      "only those that are so",
                      {"preparing", "running", "degraded", "unavailable", "promoting", "stopped"}},
                     {"release", "only those that run it", {}, "RELEASE"},
                     {"owner", "only those of this account", {}, "ACCOUNT"},
                     {"node", "only those with a copy on this box", {}, "NODE"},
                     {"country", "only those with a copy in it, like FR", {}}}},
        view_instances);
    add_show_command(group, session, "instances", view_instance);
    add_events(group, session);
    add_timeline(group, session);
    add_explain(group, session);
    add_actions(group, session);

    auto& shown = session.keep<ActionOptions>();
    Command show = add_command(group, "reveal", "show the generated password, once");
    add_name(show, shown.name, "INSTANCE");
    add_dry_run(show, shown.wait.dry_run);
    show.callback([&session, &shown] {
        session.action = [&session, &shown] { return reveal(session, shown); };
    });

    auto& awaited = session.keep<WaitForState>();
    Command wait = add_command(group, "wait", "wait until it is in a state");
    add_name(wait, awaited.name, "INSTANCE");
    wait.add_option("--state", awaited.state, "which")
        .shows_default()
        .check(one_of({"running", "degraded", "unavailable", "promoting", "stopped", "deleted"}));
    wait.add_option("--timeout", awaited.timeout, "how long to wait")
        .shows_default()
        .check(a_duration());
    wait.callback([&session, &awaited] {
        session.action = [&session, &awaited] { return wait_for_state(session, awaited); };
    });
}

void add_operation_commands(Command app, Session& session) {
    Command group = add_group(app, "op", "operations that go on by themselves");
    add_list_command(
        group, session,
        {.path = "/v1/operations",
         .rows = "operations",
         .nothing = "nothing goes on, and nothing ended a short time ago",
         .filters = {{"state", "only those that are so", {"running", "succeeded", "failed"}},
                     {"instance", "only those of it", {}, "INSTANCE"},
                     {"node", "only those of this box", {}, "NODE"}}},
        view_operations);
    auto& shown = session.keep<std::string>();
    Command show = add_command(group, "show", "where one stands");
    show.add_option("id", shown, "op-…").required();
    show.callback([&session, &shown] {
        session.action = [&session, &shown]() -> Status {
            return session.show(TRY(session.get(path_of("operations", shown))), view_operation);
        };
    });
    auto& awaited = session.keep<ActionOptions>();
    Command wait = add_command(group, "wait", "wait until one ends, showing its progress");
    wait.add_option("id", awaited.name, "op-…").required();
    wait.add_option("--timeout", awaited.wait.timeout, "how long to wait")
        .shows_default()
        .check(a_duration());
    wait.callback([&session, &awaited] {
        session.action = [&session, &awaited]() -> Status {
            const std::string body = TRY(session.get(path_of("operations", awaited.name)));
            return follow_operation(session, body, awaited.wait,
                                    fmt::format("operation '{}' succeeded", awaited.name));
        };
    });
}

}  // namespace foyer::cli
