// webhook: where an account is told of what happens; and is this call one of ours?
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/tls/private_file.h"
#include "common/tls/webhook_signature.h"
#include "master/cli/commands.h"
#include "master/cli/exit_code.h"
#include "master/cli/views.h"
#include "master/cli/watch.h"

namespace foyer::cli {
namespace {

constexpr const char* list_hint = "foyer webhook ls";

std::string state_of(const Json& webhook) {
    if (!flag_field(webhook, "on")) return "off";
    return text_field(webhook, "failing_since").empty() ? "on" : "failing";
}

std::string filter_text(const Json& webhook) {
    std::string text = word_of(webhook, "about");
    for (const char* key : {"subject", "kind"}) {
        const std::string part = text_field(webhook, key);
        if (!part.empty()) text += (text.empty() ? "" : " ") + part;
    }
    return text.empty() ? "everything" : text;
}

std::string view_webhooks(const Json& list, const ViewContext& context) {
    Table table{{{"WEBHOOK"}, {"URL"}, {"FOR"}, {"STATE"}, {"TAKEN", Align::Right}}, {}};
    for (const Json& one : list_field(list, "webhooks"))
        table.rows.push_back({text_field(one, "name"), text_field(one, "url"), filter_text(one),
                              state_of(one), text_field(one, "deliveries")});
    return render(table, context.page);
}

std::string view_webhook(const Json& webhook, const ViewContext&) {
    return render_facts({{"webhook", text_field(webhook, "name")},
                         {"url", text_field(webhook, "url")},
                         {"for", filter_text(webhook)},
                         {"note", text_field(webhook, "note")},
                         {"state", state_of(webhook)},
                         {"failing since", text_field(webhook, "failing_since")},
                         {"failure", text_field(webhook, "failure")},
                         {"off since", text_field(webhook, "off_at")},
                         {"taken", text_field(webhook, "deliveries")},
                         {"up to event", text_field(webhook, "last")},
                         {"added", text_field(webhook, "created_at")}});
}

struct Creation {
    std::string name;
    std::string url;
    std::string about;
    std::string subject;
    std::string kind;
    std::string note;
    bool dry_run = false;
};

Status create(Session& session, const Creation& options) {
    Json body = {{"name", options.name}, {"url", options.url}};
    const auto put = [&body](const char* key, const std::string& value) {
        if (!value.empty()) body[key] = value;
    };
    put("about", options.about);
    put("subject", options.subject);
    put("kind", options.kind);
    put("note", options.note);
    if (options.dry_run) body["validate_only"] = true;
    const std::string answer = TRY(session.write("POST", "/v1/webhooks", body));
    if (options.dry_run || session.wants_json())
        return show_created(session, answer, view_webhook, options.dry_run);
    const Json made = TRY(parse_json(answer));
    session.console().data(text_field(made, "secret") + "\n");
    session.console().note(
        fmt::format("webhook '{}' is called from the next event on; the secret that signs its "
                    "calls is shown only now.\nCheck a call: foyer webhook verify --help",
                    options.name));
    return ok_status();
}

struct Action {
    std::string name;
    bool dry_run = false;
};

Status act(Session& session, const std::string& method, const std::string& path,
           const Action& options, const std::string& done) {
    std::optional<Json> body;
    std::string target = path;
    if (options.dry_run && method == "POST") body = Json{{"validate_only", true}};
    if (options.dry_run && method == "DELETE") target += "?validate_only=true";
    const std::string answer = TRY(session.write(method, target, body, list_hint));
    if (session.wants_json()) return session.print_json(answer);
    session.console().note(options.dry_run ? std::string(dry_run_note)
                                           : fmt::format("webhook '{}' {}", options.name, done));
    return ok_status();
}

struct Verification {
    std::string body;
    std::string secret_file;
    tls::WebhookHeaders headers;
};

Status verify(Session& session, const Verification& options) {
    std::string secret = TRY(tls::read_private_file(options.secret_file));
    while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
    const std::string body = TRY(tls::read_small_file(options.body));
    TRY(tls::verify_webhook(secret, options.headers, body, session.clock().wall()));
    session.console().note("the call is genuine and fresh; drop it if '" + options.headers.id +
                           "' was handled before");
    return ok_status();
}

void add_create(Command group, Session& session) {
    auto& options = session.keep<Creation>();
    Command command =
        add_command(group, "create", "be told of events; the secret is printed once, on stdout");
    command.add_option("name", options.name, "its name").required();
    command.add_option("--url", options.url, "https://…, called by POST").required();
    command.add_option("--about", options.about, "only events about things of this kind")
        .check(a_thing());
    command.add_option("--subject", options.subject, "only about the thing of this name");
    command.add_option("--kind", options.kind, "only of this kind, as node_silent");
    command.add_option("--note", options.note, "what it is for");
    add_dry_run(command, options.dry_run);
    command.callback([&session, &options] {
        session.action = [&session, &options] { return create(session, options); };
    });
}

void add_actions(Command group, Session& session) {
    auto& deletion = session.keep<Action>();
    Command gone = add_command(group, "delete", "call it no more");
    add_name(gone, deletion.name, "WEBHOOK");
    add_dry_run(gone, deletion.dry_run);
    gone.callback([&session, &deletion] {
        session.action = [&session, &deletion] {
            return act(session, "DELETE", path_of("webhooks", deletion.name), deletion,
                       "is deleted");
        };
    });
    auto& enabling = session.keep<Action>();
    Command on = add_command(group, "enable", "call it again after it was switched off");
    add_name(on, enabling.name, "WEBHOOK");
    add_dry_run(on, enabling.dry_run);
    on.callback([&session, &enabling] {
        session.action = [&session, &enabling] {
            return act(session, "POST", path_of("webhooks", enabling.name) + ":enable", enabling,
                       "is on, and goes on where it stopped");
        };
    });
}

void add_verify(Command group, Session& session) {
    auto& options = session.keep<Verification>();
    Command command = add_command(
        group, "verify", "is this call of ours, and not replayed? Asks nobody; exit status 4: no");
    command.add_option("body", options.body, "file with the body, byte by byte as it came")
        .required();
    command.add_option("--secret-file", options.secret_file, "file with the secret, chmod 600")
        .required();
    command.add_option("--id", options.headers.id, "header webhook-id").required();
    command.add_option("--timestamp", options.headers.timestamp, "header webhook-timestamp")
        .required();
    command.add_option("--signature", options.headers.signature, "header webhook-signature")
        .required();
    command.callback([&session, &options] {
        session.action = [&session, &options] { return verify(session, options); };
    });
}

}  // namespace

void add_webhook_commands(Command app, Session& session) {
    Command group = add_group(app, "webhook", "be called when something happens");
    add_create(group, session);
    add_list_command(group, session, {"/v1/webhooks", "webhooks", "no webhooks"}, view_webhooks);
    add_show_command(group, session, "webhooks", view_webhook);
    add_actions(group, session);
    add_verify(group, session);
}

}  // namespace foyer::cli
