// application: hosts who ask to be taken in.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/commands.h"
#include "master/cli/human.h"
#include "master/cli/views.h"

namespace foyer::cli {
namespace {

constexpr const char* list_hint = "foyer application ls --state open";

std::string line_of(const Json& application) {
    const std::string asn = text_field(application, "line_asn");
    if (asn.empty() || asn == "0") return {};
    const std::string holder = text_field(application, "line_holder");
    return "AS" + asn + (holder.empty() ? "" : " (" + holder + ")");
}

std::string view_applications(const Json& list, const ViewContext& context) {
    Table table{{{"APPLICATION"},
                 {"STATE"},
                 {"SITE"},
                 {"ISP"},
                 {"COUNTRY"},
                 {"CONTACT"},
                 {"AGE", Align::Right},
                 {"NODE"},
                 {"REMARKS", Align::Right}},
                {}};
    for (const Json& one : list_field(list, "applications"))
        table.rows.push_back({text_field(one, "id"), word_of(one, "state"), text_field(one, "site"),
                              text_field(one, "isp"), text_field(one, "country"),
                              text_field(one, "contact"), age_of(one, "created_at", context.now),
                              text_field(one, "node"),
                              std::to_string(list_field(one, "remarks").size())});
    return render(table, context.page);
}

std::string view_findings(const Json& application, const ViewContext& context) {
    const Json findings = list_field(application, "findings");
    if (findings.empty()) return {};
    Table table{{{"ITS OWN CHECK"}, {"VALUE"}, {"VERDICT"}, {"REASON"}}, {}};
    for (const Json& one : findings)
        table.rows.push_back({text_field(one, "subject"), text_field(one, "value"),
                              text_field(one, "verdict"), text_field(one, "reason")});
    return "\n" + render(table, context.page);
}

std::string view_application(const Json& application, const ViewContext& context) {
    std::string remarks;
    for (const Json& one : list_field(application, "remarks"))
        remarks +=
            (remarks.empty() ? "\nLook at this first:\n- " : "- ") + one.get<std::string>() + "\n";
    return render_facts({{"application", text_field(application, "id")},
                         {"state", word_of(application, "state")},
                         {"site", text_field(application, "site")},
                         {"ISP", text_field(application, "isp")},
                         {"plan", text_field(application, "plan")},
                         {"country", text_field(application, "country")},
                         {"came from", line_of(application)},
                         {"contact", text_field(application, "contact")},
                         {"message", text_field(application, "message")},
                         {"cpu", text_field(application, "cpu_millicores") + " millicores"},
                         {"memory", human_bytes(number_field(application, "memory_bytes"))},
                         {"disk", human_bytes(number_field(application, "disk_bytes"))},
                         {"upload", text_field(application, "uplink_kbit") + " kbit/s"},
                         {"agent", text_field(application, "agent_version")},
                         {"key", text_field(application, "key_fingerprint")},
                         {"came", text_field(application, "created_at")},
                         {"until", text_field(application, "until")},
                         {"ended", text_field(application, "ended_at")},
                         {"reason", text_field(application, "reason")},
                         {"node", text_field(application, "node")},
                         {"erased", text_field(application, "erased_at")}}) +
           remarks + view_findings(application, context);
}

struct Options {
    std::string id;
    std::string site;
    std::string isp;
    std::string host;
    std::string host_class;
    std::string valid;
    std::string reason;
    bool dry_run = false;
};

Status approve(Session& session, const Options& options) {
    Json body = Json::object();
    if (!options.site.empty()) body["site"] = options.site;
    if (!options.isp.empty()) body["isp"] = options.isp;
    if (!options.host.empty()) body["host"] = options.host;
    if (!options.host_class.empty()) body["host_class"] = options.host_class;
    if (!options.valid.empty())
        body["valid_seconds"] = TRY(parse_duration(options.valid)).count() / 1000;
    if (options.dry_run) body["validate_only"] = true;
    const std::string answer = TRY(
        session.write("POST", path_of("applications", options.id) + ":approve", body, list_hint));
    if (options.dry_run || session.wants_json())
        return show_created(session, answer, view_application, options.dry_run);
    const Json approved = TRY(parse_json(answer));
    session.console().note(
        fmt::format("application '{}' is approved; its box enrols by itself as '{}', until {}",
                    options.id, text_field(approved, "node"), text_field(approved, "until")));
    return ok_status();
}

Status reject(Session& session, const Options& options) {
    Json body = Json::object();
    if (!options.reason.empty()) body["reason"] = options.reason;
    if (options.dry_run) body["validate_only"] = true;
    const std::string answer = TRY(
        session.write("POST", path_of("applications", options.id) + ":reject", body, list_hint));
    if (options.dry_run || session.wants_json())
        return show_created(session, answer, view_application, options.dry_run);
    session.console().note(
        fmt::format("application '{}' is rejected; its box is told", options.id));
    return ok_status();
}

// What the operator publishes.
Status show_how(Session& session) {
    const Json list = TRY(session.get_json("/v1/applications?page_size=1"));
    if (!flag_field(list, "accepted"))
        session.console().note(
            "this master takes no applications yet: accept = true under [applications] in "
            "master.toml, then restart it");
    session.console().data(
        fmt::format("foyer-node apply --master {} --ca-sha256 {} --site NAME "
                    "--isp ISP --country CC --contact MAIL --with-check\n",
                    text_field(list, "master"), text_field(list, "ca_sha256")));
    return ok_status();
}

using Action = Status (*)(Session&, const Options&);

Options& keep(Command command, Session& session, Action action) {
    auto& options = session.keep<Options>();
    add_name(command, options.id, "APPLICATION");
    add_dry_run(command, options.dry_run);
    command.callback([&session, &options, action] {
        session.action = [&session, &options, action] { return action(session, options); };
    });
    return options;
}

void add_approve(Command group, Session& session) {
    Command command = add_command(group, "approve", "take the host in; his box enrols by itself");
    Options& options = keep(command, session, approve);
    command.add_option("--site", options.site, "name of the site; absent: as he asked");
    command.add_option("--isp", options.isp,
                       "his ISP as the register calls it; absent: as he wrote it");
    command.add_option("--host", options.host,
                       "whose home it is; absent: a new host of the site's name");
    command.add_option("--class", options.host_class, "how far he is trusted; absent: open")
        .check(one_of({"house", "vetted", "open"}));
    command.add_option("--valid", options.valid, "how long his box may enrol; absent: 30d")
        .check(a_duration());
}

}  // namespace

void add_application_commands(Command app, Session& session) {
    Command group = add_group(app, "application", "hosts who ask to be taken in");
    ListRoute route{"/v1/applications", "applications",
                    "no applications; what hosts need to apply: foyer application how"};
    route.filters = {
        {"state", "only those", {"open", "approved", "rejected", "withdrawn", "lapsed"}}};
    add_list_command(group, session, route, view_applications);
    add_show_command(group, session, "applications", view_application);
    add_approve(group, session);
    Command rejecting = add_command(group, "reject", "say no; his box is told why");
    Options& rejected = keep(rejecting, session, reject);
    rejecting.add_option("--reason", rejected.reason, "for the host to read");
    Command how = add_command(group, "how", "what to publish, so that hosts can apply");
    how.callback([&session] { session.action = [&session] { return show_how(session); }; });
}

}  // namespace foyer::cli
