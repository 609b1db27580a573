#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>

#include "master/cli/human.h"
#include "master/cli/progress.h"
#include "master/cli/text_width.h"
#include "master/cli/views.h"

namespace foyer::cli {
namespace {

std::string policy_of(const Json& instance) {
    const Json& policy = field(instance, "policy");
    std::string text =
        fmt::format("{} copies, {}", number_field(policy, "replicas"), word_of(policy, "mode"));
    const std::string countries = joined(list_field(policy, "countries"));
    if (!countries.empty()) text += ", in " + countries;
    if (number_field(policy, "min_countries") > 1) {
        text += fmt::format(", at least {} countries", number_field(policy, "min_countries"));
    }
    const bool waits = word_of(policy, "mode") == "synchronous";
    const std::string choice = word_of(policy, "short_of_copies");
    if (waits && choice == "stop_writes") text += ", stops writes when short of copies";
    if (waits && choice == "go_on") text += ", goes on when short of copies";
    const std::int64_t after = number_field(instance, "takeover_after_ms");
    if (after > 0)
        text += fmt::format(", {}: another home takes over after {} s of silence",
                            word_of(policy, "patience"), after / 1'000);
    if (flag_field(policy, "allow_same_isp")) text += ", one ISP may hold several";
    return text;
}

std::string lag_of(const Json& replica) {
    if (field(replica, "lag_bytes").is_null()) return "";
    return human_bytes(number_field(replica, "lag_bytes"));
}

// What it does, and whether it counts.
std::string role_text(const Json& replica) {
    const std::string membership = word_of(replica, "membership");
    if (membership == "learner") return "new";
    return word_of(replica, "role") + (membership == "leaving" ? ", leaving" : "");
}

// One line a parameter of the release's schema.
std::string parameters_of(const Json& release) {
    const Json schema = Json::parse(text_field(release, "parameters_schema_json"), nullptr, false);
    const Json& properties = field(schema, "properties");
    if (!properties.is_object() || properties.empty()) return {};
    const Json& required = list_field(schema, "required");
    Table table{{{"PARAMETER"}, {"TYPE"}, {"DEFAULT"}, {"VALUES"}, {"TITLE"}}, {}};
    for (const auto& [name, property] : properties.items()) {
        const bool is_required = std::ranges::find(required, Json(name)) != required.end();
        std::string values;
        for (const Json& value : list_field(property, "enum")) {
            values += (values.empty() ? "" : ", ") +
                      (value.is_string() ? value.get<std::string>() : value.dump());
        }
        const std::string preset = text_field(property, "default");
        table.rows.push_back({name, text_field(property, "type"),
                              preset.empty() && is_required ? "(required)" : preset, values,
                              text_field(property, "title")});
    }
    return "\n" + render(table, {});
}

}  // namespace

std::string view_release(const Json& release, const ViewContext& context) {
    std::string text = render_facts(
        {{"release", text_field(release, "name")},
         {"version", text_field(release, "version")},
         {"title", text_field(release, "title")},
         {"kind", word_of(release, "kind")},
         {"publisher", text_field(release, "publisher")},
         {"image", text_field(release, "image_digest")},
         {"image size", human_bytes(number_field(release, "image_bytes"))},
         {"copies", fmt::format("{} to {}, usually {}", number_field(release, "copies_min"),
                                number_field(release, "copies_max"),
                                number_field(release, "copies_default"))},
         {"published", text_field(release, "created_at")}});
    const std::string withdrawn = text_field(release, "withdrawn_reason");
    if (!withdrawn.empty()) text += render_facts({{"withdrawn", withdrawn}});
    Table sizes{{{"SIZE"},
                 {"CORES", Align::Right},
                 {"MEMORY", Align::Right},
                 {"DISK", Align::Right},
                 {"UPLINK", Align::Right}},
                {}};
    for (const Json& size : list_field(release, "sizes")) {
        sizes.rows.push_back({text_field(size, "name"),
                              human_cores(number_field(size, "cpu_millicores")),
                              human_bytes(number_field(size, "memory_bytes")),
                              human_bytes(number_field(size, "disk_bytes")),
                              human_kbit(number_field(size, "uplink_kbit"))});
    }
    text += "\n" + render(sizes, context.page);
    return text + parameters_of(release);
}

std::string view_instances(const Json& list, const ViewContext& context) {
    Table table{{{"INSTANCE"},
                 {"STATE"},
                 {"RELEASE"},
                 {"SIZE", Align::Left, Keep::Extra},
                 {"COPIES", Align::Right},
                 {"COUNTRIES", Align::Left, Keep::Extra},
                 {"OWNER", Align::Left, Keep::Extra},
                 {"AGE", Align::Right, Keep::Extra},
                 {"URL", Align::Left, Keep::Whole}},
                {}};
    for (const Json& instance : list_field(list, "instances")) {
        std::set<std::string> countries;
        std::size_t running = 0;
        const Json& replicas = list_field(instance, "replicas");
        for (const Json& replica : replicas) {
            countries.insert(text_field(replica, "country"));
            if (text_field(replica, "state") == "running") ++running;
        }
        table.rows.push_back(
            {text_field(instance, "name"), text_field(instance, "state"),
             text_field(instance, "release") + " " + text_field(instance, "version"),
             text_field(instance, "size"), fmt::format("{}/{}", running, replicas.size()),
             joined(Json(countries)), text_field(instance, "owner"),
             age_of(instance, "created_at", context.now), text_field(instance, "url")});
    }
    return render(table, context.page);
}

std::string view_copies(const Json& instance, const ViewContext& context) {
    Table table{{{"COPY", Align::Right}, {"HOME"}, {"ISP"}, {"COUNTRY"}, {"ROLE"}}, {}};
    for (const Json& replica : list_field(instance, "replicas")) {
        table.rows.push_back({fmt::format("{}", number_field(replica, "index")),
                              text_field(replica, "site"), text_field(replica, "isp"),
                              text_field(replica, "country"), word_of(replica, "role")});
    }
    return render(table, context.page);
}

std::string view_instance(const Json& instance, const ViewContext& context) {
    const Json& connection = field(instance, "connection");
    std::vector<std::pair<std::string, std::string>> facts = {
        {"instance", text_field(instance, "name")},
        {"state", text_field(instance, "state")},
        {"url", text_field(instance, "url")},
        {"database", text_field(connection, "database")},
        {"user", text_field(connection, "user")},
        {"release", text_field(instance, "release") + " " + text_field(instance, "version")},
        {"size", text_field(instance, "size")},
        {"policy", policy_of(instance)},
        {"owner", text_field(instance, "owner")},
        {"ordered", text_field(instance, "created_at")},
        {"generation", fmt::format("{}, epoch {}", number_field(instance, "generation"),
                                   number_field(instance, "epoch"))}};
    const Json& quote = field(instance, "quote");
    if (!quote.is_null()) facts.emplace_back("price", quote_text(quote));
    for (const char* key : {"durability", "repair"}) {
        const std::string said = text_field(instance, key);
        if (!said.empty()) facts.emplace_back(key, said);
    }
    std::string text = render_facts(facts);
    Table table{{{"COPY", Align::Right},
                 {"HOME"},
                 {"NODE", Align::Left, Keep::Whole},
                 {"ISP"},
                 {"COUNTRY", Align::Left, Keep::Extra},
                 {"ROLE", Align::Left, Keep::Whole},
                 {"STATE", Align::Left, Keep::Whole},
                 {"LAG", Align::Right},
                 {"SYNC", Align::Left, Keep::Extra},
                 {"DETAIL"}},
                {}};
    for (const Json& replica : list_field(instance, "replicas")) {
        table.rows.push_back({fmt::format("{}", number_field(replica, "index")),
                              text_field(replica, "site"), text_field(replica, "node"),
                              text_field(replica, "isp"), text_field(replica, "country"),
                              role_text(replica), word_of(replica, "state"), lag_of(replica),
                              text_field(replica, "sync_state"), text_field(replica, "detail")});
    }
    return text + "\n" + render(table, context.page);
}

std::string view_connection(const Json& connection, const ViewContext&) {
    std::vector<std::pair<std::string, std::string>> facts;
    for (const char* key : {"url", "database", "user", "password"}) {
        const std::string value = text_field(connection, key);
        if (!value.empty()) facts.emplace_back(key, value);
    }
    return render_facts(facts);
}

std::string view_audit(const Json& list, const ViewContext& context) {
    Table table{{{"ENTRY", Align::Right},
                 {"TIME", Align::Left, Keep::Whole},
                 {"WHO"},
                 {"DID"},
                 {"TO"},
                 {"OF", Align::Left, Keep::Extra},
                 {"TOKEN", Align::Left, Keep::Extra},
                 {"REQUEST", Align::Left, Keep::Extra}},
                {}};
    for (const Json& entry : list_field(list, "entries")) {
        const std::string rpc = text_field(entry, "rpc");
        const std::string member = text_field(entry, "member");
        table.rows.push_back({fmt::format("{}", number_field(entry, "sequence")),
                              text_field(entry, "at"),
                              text_field(entry, "account") + (member.empty() ? "" : "/" + member),
                              rpc.substr(rpc.find('/') + 1), text_field(entry, "subject"),
                              text_field(entry, "owner"), text_field(entry, "token_id"),
                              text_field(entry, "request_id")});
    }
    return render(table, context.page);
}

std::string view_events(const Json& list, const ViewContext& context) {
    Table table{{{"TIME"},
                 {"REVISION", Align::Right, Keep::Extra},
                 {"KIND", Align::Left, Keep::Whole},
                 {"ABOUT", Align::Left, Keep::Extra},
                 {"MESSAGE"}},
                {}};
    for (const Json& event : list_field(list, "events")) {
        table.rows.push_back({text_field(event, "at"), text_field(event, "revision"),
                              text_field(event, "kind"), text_field(event, "subject"),
                              text_field(event, "message")});
    }
    return render(table, context.page);
}

std::string view_log_lines(const Json& part, const ViewContext& context) {
    Table table{{{"TIME"}, {"STREAM", Align::Left, Keep::Extra}, {"TEXT"}}, {}};
    for (const Json& line : list_field(part, "lines"))
        table.rows.push_back(
            {text_field(line, "at"), text_field(line, "stream"), text_field(line, "text")});
    return render(table, context.page);
}

std::string event_line(const Json& event) {
    const std::string subject = text_field(event, "subject");
    return printable(text_field(event, "at") + "  " + text_field(event, "kind") + "  " +
                     text_field(event, "about") + (subject.empty() ? "" : " " + subject) + "  " +
                     text_field(event, "message")) +
           "\n";
}

std::string view_operations(const Json& list, const ViewContext& context) {
    Table table{{{"OPERATION"}, {"KIND"}, {"OF"}, {"STATE"}, {"AGE", Align::Right}}, {}};
    for (const Json& operation : list_field(list, "operations")) {
        table.rows.push_back({text_field(operation, "id"), text_field(operation, "kind"),
                              subject_of(operation), word_of(operation, "state"),
                              age_of(operation, "created_at", context.now)});
    }
    return render(table, context.page);
}

std::string view_operation(const Json& operation, const ViewContext& context) {
    std::vector<std::pair<std::string, std::string>> facts = {
        {"operation", text_field(operation, "id")},
        {"kind", text_field(operation, "kind")},
        {"of", subject_of(operation)},
        {"state", text_field(operation, "state")},
        {"begun", text_field(operation, "created_at")},
        {"ended", text_field(operation, "finished_at")}};
    const std::string why = text_field(field(operation, "error"), "message");
    if (!why.empty()) facts.emplace_back("error", why);
    Table table{{{"STEP"}, {"STATE"}, {"TOOK", Align::Right}, {"DETAIL"}}, {}};
    for (const Json& step : list_field(operation, "steps")) {
        const auto begun = parse_rfc3339(text_field(step, "started_at"));
        const auto ended = parse_rfc3339(text_field(step, "finished_at"));
        const std::string state = word_of(step, "state");
        table.rows.push_back({text_field(step, "name"), state.empty() ? "waits" : state,
                              begun ? human_duration(ended.value_or(context.now) - *begun) : "",
                              text_field(step, "detail")});
    }
    return render_facts(facts) + "\n" + render(table, context.page);
}

}  // namespace foyer::cli
