#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "master/cli/change_thing.h"
#include "master/cli/commands.h"
#include "master/cli/human.h"
#include "master/cli/views.h"
#include "master/cli/watch.h"

namespace foyer::cli {
namespace {

struct Place {
    std::string name;
    std::string family;
    std::string isp;
    std::string country;
    std::string host;
    std::string host_class;
    bool dry_run = false;
};

// POST of what was given; empty texts are left out.
Status create(Session& session, const std::string& collection, Json body, View view, bool dry_run) {
    std::erase_if(body.get_ref<Json::object_t&>(),
                  [](const auto& item) { return item.second == ""; });
    if (dry_run) body["validate_only"] = true;
    const std::string answer = TRY(session.write("POST", "/v1/" + collection, body));
    return show_created(session, answer, view, dry_run);
}

struct IspOptions {
    std::string name;
    std::string family;
    std::vector<std::string> asns;
    std::string stance;
    std::string quote;
    std::string source;
    std::string read_on;
    bool no_asns = false;
    bool dry_run = false;
};

// "64500", "AS64500".
Result<std::uint32_t> parse_asn(const std::string& text) {
    const std::string_view digits = std::string_view(text).substr(text.starts_with("AS") ? 2 : 0);
    const auto number = parse_int(digits);
    if (number && *number > 0 && *number < std::numeric_limits<std::uint32_t>::max())
        return static_cast<std::uint32_t>(*number);
    return error(ErrorCode::InvalidArgument,
                 "'" + text + "' is no number of an autonomous system, like 64500 or AS64500");
}

// What is told of its networks and terms, over what was recorded before.
Status put_networks(Json& body, const IspOptions& options) {
    if (options.no_asns) body["asns"] = Json::array();
    for (const std::string& text : options.asns) {
        const Json asn = TRY(parse_asn(text));
        if (!body.contains("asns")) body["asns"] = Json::array();
        Json& all = body["asns"];
        if (std::find(all.begin(), all.end(), asn) == all.end()) all.push_back(asn);
    }
    Json terms = field(body, "terms").is_object() ? field(body, "terms") : Json::object();
    // Other terms have words of their own: those of before would say the opposite.
    if (!options.stance.empty() && options.stance != text_field(terms, "stance"))
        terms = Json::object();
    const auto put = [&](const char* key, const std::string& text) {
        if (!text.empty()) terms[key] = text;
    };
    put("stance", options.stance);
    put("quote", options.quote);
    put("source", options.source);
    put("read_on", options.read_on);
    if (!terms.empty() && text_field(terms, "stance").empty())
        return error(ErrorCode::InvalidArgument,
                     "say what the terms are: --terms allowed, silent or forbidden");
    body.erase("terms");
    if (!terms.empty()) body["terms"] = std::move(terms);
    return ok_status();
}

Status create_isp(Session& session, const IspOptions& options) {
    Json body = {{"name", options.name}, {"family", options.family}};
    TRY(put_networks(body, options));
    return create(session, "isps", std::move(body), view_isp, options.dry_run);
}

Status set_isp(Session& session, const IspOptions& options) {
    const ChangeRoute route{path_of("isps", options.name), "foyer isp ls", view_isp};
    return change_thing(session, route, options.dry_run, [&](const Json& before) -> Result<Json> {
        Json body = {{"asns", list_field(before, "asns")}, {"terms", field(before, "terms")}};
        TRY(put_networks(body, options));
        return body;
    });
}

void add_networks(Command command, IspOptions& isp) {
    command
        .add_option("--asn", isp.asns,
                    "a further network of its homes, by its number; several times or with commas")
        .delimiter(',');
    command.add_option("--terms", isp.stance, "what they say of a box at home")
        .check(one_of({"allowed", "silent", "forbidden"}));
    command.add_option("--quote", isp.quote, "the sentence that says so");
    command.add_option("--source", isp.source, "where it stands");
    command.add_option("--read-on", isp.read_on, "when it was read: 2026-11-27");
    add_dry_run(command, isp.dry_run);
}

void add_isps(Command app, Session& session) {
    Command group = add_group(app, "isp", "network operators of the homes' lines");
    auto& made = session.keep<IspOptions>();
    Command command = add_command(group, "create", "add an ISP (operator)");
    command.add_option("name", made.name, "its name").required();
    command.add_option("--family", made.family, "siblings share it; absent: its own name");
    add_networks(command, made);
    command.callback([&session, &made] {
        session.action = [&session, &made] { return create_isp(session, made); };
    });
    auto& changed = session.keep<IspOptions>();
    Command set =
        add_command(group, "set", "record its networks and terms; the rest stays (operator)");
    add_name(set, changed.name, "ISP");
    add_networks(set, changed);
    set.add_flag("--no-asns", changed.no_asns,
                 "none of the networks of before; alone: its lines are not checked");
    set.callback([&session, &changed] {
        session.action = [&session, &changed] { return set_isp(session, changed); };
    });
    add_list_command(group, session, {"/v1/isps", "isps", "no ISPs yet: foyer isp create NAME"},
                     view_isps);
    add_show_command(group, session, "isps", view_isp);
    add_delete_command(group, session,
                       {.collection = "isps",
                        .description = "remove an ISP that no site's line is of (operator)",
                        .loss = {}});
}

void add_hosts(Command app, Session& session) {
    Command group = add_group(app, "host", "people and associations that own sites");
    auto& host = session.keep<Place>();
    Command command = add_command(group, "create", "add a host (operator)");
    command.add_option("name", host.name, "its name").required();
    add_dry_run(command, host.dry_run);
    command.callback([&session, &host] {
        session.action = [&session, &host] {
            return create(session, "hosts", {{"name", host.name}}, view_host, host.dry_run);
        };
    });
    add_list_command(group, session, {"/v1/hosts", "hosts", "no hosts yet: foyer host create NAME"},
                     view_hosts);
    add_show_command(group, session, "hosts", view_host);
    add_delete_command(group, session,
                       {.collection = "hosts",
                        .description = "remove a host who owns no site (operator)",
                        .loss = {}});
}

struct Earned {
    std::string site;
    std::string month;
};

void add_promise(Command group, Session& session) {
    auto& options = session.keep<Earned>();
    Command command = add_command(group, "earned", "what a site has earned in a month");
    add_name(command, options.site, "SITE");
    command.add_option("--month", options.month, "2026-11; absent: this month");
    command.callback([&session, &options] {
        session.action = [&session, &options]() -> Status {
            std::string path = path_of("sites", options.site) + "/promise";
            if (!options.month.empty()) path += "?month=" + percent_encoded(options.month);
            return session.show(TRY(session.get(path, "foyer site ls")), view_promise);
        };
    });
}

struct LetterOptions {
    std::string site;
    std::string language = "en";
    bool html = false;
};

void add_letter(Command group, Session& session) {
    auto& options = session.keep<LetterOptions>();
    Command command =
        add_command(group, "letter", "what the box there is, for whoever asks: to be printed");
    add_name(command, options.site, "SITE");
    command.add_option("--language", options.language, "of the letter").check(one_of({"en", "fr"}));
    command.add_flag("--html", options.html, "as a page for a browser, which prints it");
    command.callback([&session, &options] {
        session.action = [&session, &options]() -> Status {
            const std::string path = path_of("sites", options.site) +
                                     "/letter?language=" + percent_encoded(options.language);
            return session.show(TRY(session.get(path, "foyer site ls")),
                                options.html ? view_letter_html : view_letter);
        };
    });
}

void add_sites(Command app, Session& session) {
    Command group = add_group(app, "site", "homes: one line, one address, one power supply");
    auto& site = session.keep<Place>();
    Command command = add_command(group, "create", "add a site (operator)");
    command.add_option("name", site.name, "its name").required();
    command.add_option("--isp", site.isp, "whose line").required();
    command.add_option("--country", site.country, "FR, BE, DE, …").required();
    command.add_option("--host", site.host, "who owns it").required();
    command.add_option("--class", site.host_class, "how much is known of the host")
        .required()
        .check(one_of({"house", "vetted", "open"}));
    add_dry_run(command, site.dry_run);
    command.callback([&session, &site] {
        session.action = [&session, &site] {
            return create(session, "sites",
                          {{"name", site.name},
                           {"isp", site.isp},
                           {"country", site.country},
                           {"host", site.host},
                           {"host_class", site.host_class}},
                          view_site, site.dry_run);
        };
    });
    add_list_command(group, session,
                     {.path = "/v1/sites",
                      .rows = "sites",
                      .nothing = "no sites yet: foyer site create --help",
                      .filters = {{"isp", "only those on a line of this ISP", {}, "ISP"},
                                  {"host", "only those of this host", {}, "HOST"},
                                  {"country", "only those in this country, like FR", {}}}},
                     view_sites);
    add_show_command(group, session, "sites", view_site);
    add_delete_command(group, session,
                       {.collection = "sites",
                        .description = "remove a site where no node stands (operator)",
                        .loss = {}});
    add_promise(group, session);
    add_letter(group, session);
}

struct NodeTokenOptions {
    std::string site;
    std::string name;
    std::string address;
    std::string valid = "7d";
    bool edge = false;
    bool dry_run = false;
};

Status make_node_token(Session& session, const NodeTokenOptions& options) {
    const Duration valid = TRY(parse_duration(options.valid));
    Json body = {{"site", options.site}, {"valid_seconds", valid.count() / 1000}};
    if (!options.name.empty()) body["node"] = options.name;
    if (options.edge) body["edge"] = true;
    if (!options.address.empty()) body["public_address"] = options.address;
    if (options.dry_run) body["validate_only"] = true;
    const std::string answer = TRY(session.write("POST", "/v1/node-tokens", body));
    if (options.dry_run) session.console().note(dry_run_note);
    if (session.wants_json()) return session.print_json(answer);
    const Json token = TRY(parse_json(answer));
    if (options.dry_run) return ok_status();
    session.console().data(text_field(token, "token") + "\n");
    session.console().note(
        fmt::format("token for node '{}', good once, until {}; shown only now.\nType this on the "
                    "box, paste the token, then Ctrl-D: "
                    "foyer-node enrol --token-file - --data /var/lib/foyer/node",
                    text_field(token, "node"), text_field(token, "expires_at")));
    return ok_status();
}

void add_node_token(Command group, Session& session) {
    auto& options = session.keep<NodeTokenOptions>();
    Command command =
        add_command(group, "token", "a one-time token with which one box enrols (operator)");
    command.add_option("--site", options.site, "where the box stands").required();
    command.add_option("--name", options.name, "name of the node; absent: the site's and a number");
    Option edge = command.add_flag("--edge", options.edge, "the box is an edge");
    Option address = command.add_option("--address", options.address, "public address of the edge");
    edge.needs(address);
    address.needs(edge);
    command.add_option("--valid", options.valid, "how long it may be used, 1m to 30d")
        .shows_default()
        .check(a_duration());
    add_dry_run(command, options.dry_run);
    command.callback([&session, &options] {
        session.action = [&session, &options] { return make_node_token(session, options); };
    });
}

struct NodeActionOptions {
    std::string name;
    std::string deadline;
    WaitOptions wait;
};

Status node_action(Session& session, const NodeActionOptions& options, const std::string& verb,
                   const std::string& done) {
    Json body = Json::object();
    if (options.wait.dry_run) body["validate_only"] = true;
    const std::string answer = TRY(
        session.write("POST", path_of("nodes", options.name) + ":" + verb, body, "foyer node ls"));
    if (session.wants_json()) TRY(session.print_json(answer));
    session.console().note(options.wait.dry_run ? dry_run_note
                                                : fmt::format("node '{}' {}", options.name, done));
    return ok_status();
}

Status drain_node(Session& session, const NodeActionOptions& options) {
    Json body = Json::object();
    if (!options.deadline.empty())
        body["deadline_seconds"] = TRY(parse_duration(options.deadline)).count() / 1000;
    if (options.wait.dry_run) body["validate_only"] = true;
    const std::string answer = TRY(
        session.write("POST", path_of("nodes", options.name) + ":drain", body, "foyer node ls"));
    return follow_operation(
        session, answer, options.wait,
        fmt::format("node '{}' is drained: it holds nothing any more", options.name));
}

void add_node_actions(Command group, Session& session) {
    struct Verb {
        const char* name;
        const char* description;
        const char* done;
    };
    for (const Verb verb :
         {Verb{"cordon", "no new copies come to it (operator)", "is cordoned"},
          Verb{"uncordon", "copies may come to it again (operator)", "is open again"},
          Verb{"cancel-drain", "end a drain; what is still there stays (operator)",
               "is no longer drained"},
          Verb{"accept-line", "its address is its ISP's, whatever the register says (operator)",
               "counts as a box of its ISP"}}) {
        auto& options = session.keep<NodeActionOptions>();
        Command command = add_command(group, verb.name, verb.description);
        add_name(command, options.name, "NODE");
        add_dry_run(command, options.wait.dry_run);
        command.callback([&session, &options, verb] {
            session.action = [&session, &options, verb] {
                return node_action(session, options, verb.name, verb.done);
            };
        });
    }
    auto& options = session.keep<NodeActionOptions>();
    Command command =
        add_command(group, "drain", "move its copies to other boxes, then it may go (operator)");
    add_name(command, options.name, "NODE");
    command.add_option("--deadline", options.deadline, "when the box is taken away, 1m to 90d")
        .check(a_duration());
    add_wait_options(command, options.wait);
    command.callback([&session, &options] {
        session.action = [&session, &options] { return drain_node(session, options); };
    });
}

void add_nodes(Command app, Session& session) {
    Command group = add_group(app, "node", "boxes in the homes");
    add_list_command(
        group, session,
        {.path = "/v1/nodes",
         .rows = "nodes",
         .nothing = "no nodes yet: foyer node token --site SITE",
         .filters =
             {{"state", "only those that are so", {"expected", "online", "silent", "lost"}},
              {"wish", "only those of which this is wanted", {"open", "cordoned", "draining"}},
              {"health", "only those that say this of themselves", {"well", "worn", "failing"}},
              {"site", "only those at this site", {}, "SITE"},
              {"isp", "only those on a line of this ISP", {}, "ISP"},
              {"host", "only those of this host", {}, "HOST"},
              {"country", "only those in this country, like FR", {}}}},
        view_nodes);
    add_show_command(group, session, "nodes", view_node);
    add_node_token(group, session);
    add_node_actions(group, session);
    add_delete_command(group, session,
                       {.collection = "nodes",
                        .description = "remove a node that holds nothing (operator)",
                        .loss = "The box will have to enrol anew with a new token."});
}

}  // namespace

void add_fleet_commands(Command app, Session& session) {
    add_isps(app, session);
    add_hosts(app, session);
    add_sites(app, session);
    add_nodes(app, session);
}

}  // namespace foyer::cli
