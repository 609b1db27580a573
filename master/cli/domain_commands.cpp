// domain: names of your own for your instances.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/base/percent.h"
#include "master/cli/commands.h"
#include "master/cli/views.h"
#include "master/cli/watch.h"

namespace foyer::cli {
namespace {

constexpr const char* list_hint = "foyer domain ls";

std::string view_domains(const Json& list, const ViewContext& context) {
    Table table{{{"DOMAIN"},
                 {"INSTANCE", Align::Left, Keep::Whole},
                 {"STATE", Align::Left, Keep::Whole},
                 {"FOR", Align::Left, Keep::Extra},
                 {"SERVING UNTIL", Align::Left, Keep::Extra},
                 {"OWNER", Align::Left, Keep::Extra}},
                {}};
    for (const Json& one : list_field(list, "domains"))
        table.rows.push_back({text_field(one, "name"), text_field(one, "instance"),
                              word_of(one, "state"), word_of(one, "use"),
                              text_field(one, "serving_until"), text_field(one, "owner")});
    return render(table, context.page);
}

// What is to be typed elsewhere is never cut.
std::string records_table(const Json& domain, const char* title, const char* list) {
    Table table{{{title}, {"TYPE"}, {"VALUE"}}, {}};
    for (const Json& one : list_field(domain, list))
        table.rows.push_back(
            {text_field(one, "name"), text_field(one, "type"), text_field(one, "value")});
    return render(table, Page{});
}

std::string certificates_table(const Json& domain, const ViewContext& context) {
    Table table{{{"EDGE"},
                 {"CERTIFICATE UNTIL", Align::Left, Keep::Whole},
                 {"TRIES AGAIN", Align::Left, Keep::Whole},
                 {"FAILURE"}},
                {}};
    for (const Json& one : list_field(domain, "certificates"))
        table.rows.push_back({text_field(one, "edge"), text_field(one, "not_after"),
                              text_field(one, "retry_at"), text_field(one, "failure")});
    return table.rows.empty() ? std::string() : "\n" + render(table, context.page);
}

// The records only as long as they are to be made: what stands in DNS is left alone.
std::string view_domain(const Json& domain, const ViewContext& context) {
    std::string text = render_facts({{"domain", text_field(domain, "name")},
                                     {"instance", text_field(domain, "instance")},
                                     {"owner", text_field(domain, "owner")},
                                     {"for", word_of(domain, "use")},
                                     {"state", word_of(domain, "state")},
                                     {"asked for", text_field(domain, "created_at")},
                                     {"proven", text_field(domain, "proven_at")},
                                     {"serving until", text_field(domain, "serving_until")}});
    const std::string use = text_field(domain, "use");
    if (text_field(domain, "state") == "waiting_for_dns")
        text +=
            "\n" + records_table(domain, "MAKE THIS RECORD", "records") +
            (use == "mail" ? "both of them\n"
                           : "the TXT always; and either the CNAME, or all of the A and AAAA\n");
    if (!list_field(domain, "mail_hints").empty())
        text += "\n" + records_table(domain, "RECEIVERS LIKE TO FIND", "mail_hints") +
                "where such a record is there already, add to it; a name has one of each\n";
    text += certificates_table(domain, context) + "\n" + text_field(domain, "status") + "\n";
    const std::string next = text_field(domain, "next");
    return next.empty() ? text : text + "next: " + next + "\n";
}

struct Creation {
    std::string name;
    std::string instance;
    std::string use = "web";
    bool dry_run = false;
};

Status create(Session& session, const Creation& options) {
    Json body = {{"name", options.name}, {"instance", options.instance}, {"use", options.use}};
    if (options.dry_run) body["validate_only"] = true;
    const std::string answer = TRY(session.write("POST", "/v1/domains", body));
    return show_created(session, answer, view_domain, options.dry_run);
}

struct Chosen {
    std::string name;
    std::string account;  // whose; for operators
    bool dry_run = false;
};

std::string target_of(const Chosen& options) {
    std::string query;
    add_to_query(query, "account", options.account);
    if (options.dry_run) add_to_query(query, "validate_only", "true");
    return path_of("domains", options.name) + (query.empty() ? "" : "?" + query);
}

Status show(Session& session, const Chosen& options) {
    return session.show(TRY(session.get(target_of(options), list_hint)), view_domain);
}

Status remove(Session& session, const Chosen& options) {
    const std::string target = target_of(options);
    const std::string answer = TRY(session.write("DELETE", target, std::nullopt, list_hint));
    if (session.wants_json()) return session.print_json(answer);
    session.console().note(
        options.dry_run
            ? std::string(dry_run_note)
            : fmt::format("'{}' is served no more; take its records out of DNS", options.name));
    return ok_status();
}

void add_chosen(Command command, Session& session, Chosen& options,
                Status (*run)(Session&, const Chosen&)) {
    add_name(command, options.name, "DOMAIN");
    command.add_option("--account", options.account, "whose, where several ask (operators)")
        .type_name("ACCOUNT");
    command.callback([&session, &options, run] {
        session.action = [&session, &options, run] { return run(session, options); };
    });
}

}  // namespace

void add_domain_commands(Command app, Session& session) {
    Command group = add_group(app, "domain", "names of your own for your instances");
    auto& creation = session.keep<Creation>();
    Command add = add_command(group, "add", "serve an instance under a name of yours");
    add.add_option("name", creation.name, "as erp.acme.example").required();
    add.add_option("--instance", creation.instance, "where it leads")
        .required()
        .type_name("INSTANCE");
    add.add_option("--use", creation.use,
                   "web: serve the instance under it; mail: let the instance send mail as it")
        .check(one_of({"web", "mail", "web_and_mail"}))
        .type_name("USE");
    add_dry_run(add, creation.dry_run);
    add.callback([&session, &creation] {
        session.action = [&session, &creation] { return create(session, creation); };
    });
    add_list_command(group, session, {"/v1/domains", "domains", "no domains"}, view_domains);
    add_chosen(add_command(group, "show", "show one domain"), session, session.keep<Chosen>(),
               show);
    auto& deletion = session.keep<Chosen>();
    Command gone = add_command(group, "rm", "serve it no more");
    add_chosen(gone, session, deletion, remove);
    add_dry_run(gone, deletion.dry_run);
}

}  // namespace foyer::cli
