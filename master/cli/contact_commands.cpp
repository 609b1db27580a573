// contact: who is written to when something happens.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/change_thing.h"
#include "master/cli/commands.h"
#include "master/cli/exit_code.h"
#include "master/cli/human.h"
#include "master/cli/views.h"
#include "master/cli/watch.h"

namespace foyer::cli {
namespace {

constexpr const char* list_hint = "foyer contact ls";
constexpr const char* every_topic = "all";

Check a_language() { return one_of({"en", "fr"}); }

Check a_topic() {
    return one_of({"takeover", "health", "repair", "box", "certificate", "quota", "drain",
                   "maintenance", "order", "account", every_topic})
        .called("TOPIC");  // the list is too wide for a page
}

std::string topics_text(const Json& contact) {
    const std::string named = joined(list_field(contact, "topics"));
    return named.empty() ? every_topic : named;
}

std::string view_contacts(const Json& list, const ViewContext& context) {
    Table table{{{"CONTACT"},
                 {"ACCOUNT"},
                 {"ADDRESS"},
                 {"LANGUAGE"},
                 {"TOPICS"},
                 {"STATE"},
                 {"MAILS", Align::Right},
                 {"FAILURE"}},
                {}};
    for (const Json& one : list_field(list, "contacts"))
        table.rows.push_back({text_field(one, "id"), text_field(one, "account"),
                              text_field(one, "address"), word_of(one, "language"),
                              topics_text(one), word_of(one, "state"), text_field(one, "mails"),
                              text_field(one, "failure")});
    return render(table, context.page);
}

std::string view_contact(const Json& contact, const ViewContext&) {
    return render_facts({{"contact", text_field(contact, "id")},
                         {"account", text_field(contact, "account")},
                         {"address", text_field(contact, "address")},
                         {"language", word_of(contact, "language")},
                         {"topics", topics_text(contact)},
                         {"state", word_of(contact, "state")},
                         {"added", text_field(contact, "created_at")},
                         {"confirmed", text_field(contact, "confirmed_at")},
                         {"mails", text_field(contact, "mails")},
                         {"failing since", text_field(contact, "failing_since")},
                         {"failure", text_field(contact, "failure")},
                         {"off since", text_field(contact, "off_at")},
                         {"warning", text_field(contact, "warning")}});
}

struct Options {
    std::string id;
    std::string address;
    std::string account;
    std::string language;
    std::vector<std::string> topics;
    std::string code;
    bool dry_run = false;
};

void put_topics(Json& body, const std::vector<std::string>& topics) {
    body["topics"] = Json::array();
    for (const std::string& topic : topics)
        if (topic != every_topic) body["topics"].push_back(topic);
}

Status warn(Session& session, const std::string& answer) {
    const std::string warning = text_field(TRY(parse_json(answer)), "warning");
    if (!warning.empty()) session.console().note("warning: " + warning);
    return ok_status();
}

Status add(Session& session, const Options& options) {
    Json body = {{"address", options.address}};
    if (!options.account.empty()) body["account"] = options.account;
    if (!options.language.empty()) body["language"] = options.language;
    if (!options.topics.empty()) put_topics(body, options.topics);
    if (options.dry_run) body["validate_only"] = true;
    const std::string answer = TRY(session.write("POST", "/v1/contacts", body));
    TRY(warn(session, answer));
    if (options.dry_run || session.wants_json())
        return show_created(session, answer, view_contact, options.dry_run);
    const std::string id = text_field(TRY(parse_json(answer)), "id");
    session.console().data(id + "\n");
    session.console().note(
        fmt::format("a code is mailed to {}; it is good for 4 hours. Once you have it:\n"
                    "  foyer contact confirm {} CODE",
                    options.address, id));
    return ok_status();
}

// The id, or the address of one that the caller may see.
Result<std::string> id_of(Session& session, const std::string& named) {
    if (named.find('@') == std::string::npos) return named;
    const std::string body =
        TRY(session.whole_list({"/v1/contacts", "contacts", "", {}, list_hint}));
    std::vector<std::string> found;
    const Json list = TRY(parse_json(body));
    for (const Json& one : list_field(list, "contacts"))
        if (text_field(one, "address") == named) found.push_back(text_field(one, "id"));
    if (found.size() == 1) return found.front();
    if (found.empty())
        return error(ErrorCode::NotFound, fmt::format("no contact has the address '{}'", named),
                     {{std::string(next_key), list_hint}});
    return error(
        ErrorCode::FailedPrecondition,
        fmt::format("several contacts have the address '{}': {}", named, fmt::join(found, ", ")),
        {{std::string(next_key), list_hint}});
}

Status change(Session& session, const Options& options) {
    const std::string id = TRY(id_of(session, options.id));
    const ChangeRoute route{path_of("contacts", id), list_hint, view_contact};
    return change_thing(session, route, options.dry_run, [&](const Json& now) -> Result<Json> {
        Json body = {{"language", word_of(now, "language")}, {"topics", list_field(now, "topics")}};
        if (!options.language.empty()) body["language"] = options.language;
        if (!options.topics.empty()) put_topics(body, options.topics);
        return body;
    });
}

Status remove(Session& session, const Options& options) {
    const std::string id = TRY(id_of(session, options.id));
    const std::string query = options.dry_run ? "?validate_only=true" : "";
    const std::string answer =
        TRY(session.write("DELETE", path_of("contacts", id) + query, std::nullopt, list_hint));
    if (session.wants_json()) return session.print_json(answer);
    session.console().note(options.dry_run ? std::string(dry_run_note)
                                           : fmt::format("contact '{}' is removed", id));
    return ok_status();
}

Status confirm(Session& session, const Options& options) {
    const std::string id = TRY(id_of(session, options.id));
    Json body = {{"code", options.code}};
    if (options.dry_run) body["validate_only"] = true;
    const std::string answer =
        TRY(session.write("POST", path_of("contacts", id) + ":confirm", body, list_hint));
    TRY(warn(session, answer));
    if (options.dry_run || session.wants_json())
        return show_created(session, answer, view_contact, options.dry_run);
    session.console().note(fmt::format("contact '{}' is written to from now on", id));
    return ok_status();
}

Status resend(Session& session, const Options& options) {
    const std::string id = TRY(id_of(session, options.id));
    Json body = Json::object();
    if (options.dry_run) body["validate_only"] = true;
    const std::string answer =
        TRY(session.write("POST", path_of("contacts", id) + ":resend", body, list_hint));
    TRY(warn(session, answer));
    if (options.dry_run || session.wants_json())
        return show_created(session, answer, view_contact, options.dry_run);
    session.console().note("a new code is mailed; the one before it counts no more");
    return ok_status();
}

using Action = Status (*)(Session&, const Options&);

Options& keep(Command command, Session& session, Action action) {
    auto& options = session.keep<Options>();
    add_dry_run(command, options.dry_run);
    command.callback([&session, &options, action] {
        session.action = [&session, &options, action] { return action(session, options); };
    });
    return options;
}

void add_choices(Command command, Options& options) {
    command.add_option("--language", options.language, "of its mails").check(a_language());
    command
        .add_option("--topic", options.topics,
                    "what it is told of: takeover, health, repair, box, certificate, quota, drain, "
                    "maintenance, order, account; several times or with commas; all: everything "
                    "that concerns the account")
        .delimiter(',')
        .check(a_topic());
}

void add_named(Command command, Options& options) {
    add_name(command, options.id, "CONTACT").description("its id or its address");
}

}  // namespace

void add_contact_commands(Command app, Session& session) {
    Command group = add_group(app, "contact", "be written to when something happens");
    Command adding =
        add_command(group, "add", "add an address; a code is mailed to it, to be given back");
    Options& added = keep(adding, session, add);
    adding.add_option("address", added.address, "name@host").required();
    adding.add_option("--account", added.account, "whose (operator); absent: your own");
    add_choices(adding, added);

    Command confirming = add_command(group, "confirm", "give back the code that was mailed");
    Options& confirmed = keep(confirming, session, confirm);
    add_named(confirming, confirmed);
    confirming.add_option("code", confirmed.code, "as it was mailed").required();

    Command resending = add_command(group, "resend", "mail a new code, also to one that is off");
    add_named(resending, keep(resending, session, resend));

    Command changing = add_command(group, "set", "change language or topics; the rest stays");
    Options& changed = keep(changing, session, change);
    add_named(changing, changed);
    add_choices(changing, changed);

    auto& account = session.keep<std::string>();
    Command list = add_command(group, "ls", "list yours, or all (operator)");
    session.has_rows(list);
    list.add_option("--account", account, "only those of this account");
    list.callback([&session, &account] {
        session.action = [&session, &account] {
            ListRoute route{"/v1/contacts", "contacts", "no contacts: nobody is written to"};
            add_to_query(route.query, "account", account);
            return session.show_list(route, view_contacts);
        };
    });
    add_show_command(group, session, "contacts", view_contact);

    Command removing = add_command(group, "rm", "write there no more");
    add_named(removing, keep(removing, session, remove));
}

}  // namespace foyer::cli
