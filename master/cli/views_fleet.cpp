#include <cstdlib>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/model/clock_offset.h"
#include "master/cli/human.h"
#include "master/cli/views.h"

namespace foyer::cli {
namespace {

std::string share(std::int64_t used, std::int64_t all, std::string (*print)(std::int64_t)) {
    return print(used) + " / " + print(all);
}

std::string yes_no(bool value) { return value ? "yes" : "no"; }

// Less than that left on a whole box: nothing new can begin there.
constexpr std::int64_t disk_full_bytes = std::int64_t{4} * 1024 * 1024;

bool is_disk_full(const Json& node) {
    const std::int64_t free = number_field(node, "disk_free_bytes");
    return free > 0 && free < disk_full_bytes;
}

Duration clock_offset(const Json& node) { return Duration(number_field(node, "clock_offset_ms")); }

std::string disk_free_text(const Json& node) {
    const std::int64_t free = number_field(node, "disk_free_bytes");
    if (free == 0) return "not reported yet";
    if (is_disk_full(node)) return human_bytes(free) + ": the disk is full";
    const std::int64_t left =
        number_field(node, "disk_bytes") - number_field(node, "reserved_disk_bytes");
    if (free >= left) return human_bytes(free);
    return fmt::format("{}: copies that need more go elsewhere, though {} are not reserved",
                       human_bytes(free), human_bytes(left));
}

// What is wrong with it now, or was when it was judged.
std::string clock_fault_text(const Json& node) {
    const Duration offset = clock_offset(node);
    if (is_clock_wrong(offset)) return "wrong: " + clock_offset_text(offset);
    const std::int64_t ppm = number_field(node, "clock_rate_ppm");
    if (word_of(node, "clock_fault") == "rate")
        return fmt::format("wrong: it runs {} ppm too {}", std::abs(ppm),
                           ppm < 0 ? "slow" : "fast");
    return fmt::format("right ({} ms)", offset.count());
}

std::string clock_text(const Json& node) {
    if (text_field(node, "last_seen_at").empty()) return "not reported yet";
    const std::string standing = word_of(node, "clock_standing");
    std::string text = clock_fault_text(node);
    if (standing == "barred") text += "; it leads only what no other box can, until it is right";
    if (standing == "held") text += "; so are most others: look at the clock of the master first";
    return text;
}

// What an operator should look into, beside the state.
std::string node_state_text(const Json& node) {
    std::string text = text_field(node, "state");
    const std::string wish = word_of(node, "wish");
    if (!wish.empty() && wish != "open") text += ", " + wish;
    const std::string host = word_of(node, "host_wish");
    if (host == "paused") text += ", paused";
    if (host == "draining") text += ", host drains";
    if (host == "leaving") text += ", leaves";
    if (flag_field(node, "eviction_held")) text += ", held";
    const bool barred = word_of(node, "clock_standing") == "barred";
    if (barred || is_clock_wrong(clock_offset(node))) text += ", clock wrong";
    if (is_disk_full(node)) text += ", disk full";
    if (word_of(field(node, "line"), "check") == "differs") text += ", line differs";
    const std::string health = word_of(node, "health");
    if (!health.empty() && health != "well") text += ", " + health;
    return text;
}

// "AS12322 (Free SAS) since …: none of its ISP's networks; nothing new comes (foyer node …)"
std::string line_text(const Json& node) {
    const Json& line = field(node, "line");
    if (!line.is_object()) return "not seen in a known network";
    const std::string holder = text_field(line, "holder");
    std::string text = fmt::format("AS{}", number_field(line, "asn"));
    if (!holder.empty()) text += " (" + holder + ")";
    const std::string check = word_of(line, "check");
    const std::string isp = text_field(node, "isp");
    if (check == "declared") return text + ", a network of " + isp;
    if (check == "accepted") return text + ", accepted for " + isp;
    if (check == "unknown") return text + "; the networks of " + isp + " are not recorded";
    return fmt::format(
        "{} since {}: no network of {}, so nothing new comes; `foyer node accept-line {}` if it is",
        text, text_field(line, "since"), isp, text_field(node, "name"));
}

std::string health_text(const Json& node) {
    const std::string health = word_of(node, "health");
    if (health.empty() || health == "well") return "well";
    const std::string what = health == "worn" ? "nothing new comes" : "its copies move away";
    return fmt::format("{}: {} ({})", health, text_field(node, "health_reason"), what);
}

// "tenants of RU, US; kinds mail", and of a box that stopped what was there: "; stopped at once".
std::string refuses_text(const Json& node) {
    const Json& refuses = field(node, "refuses");
    const std::string countries = joined(list_field(refuses, "countries"));
    const std::string kinds = joined(list_field(refuses, "kinds"));
    std::string text = countries.empty() ? "" : "tenants of " + countries;
    if (!kinds.empty()) text += (text.empty() ? "kinds " : "; kinds ") + kinds;
    return text + (flag_field(refuses, "now") ? "; stopped at once" : "");
}

std::string asns_text(const Json& isp) {
    std::string text;
    for (const Json& asn : list_field(isp, "asns"))
        if (asn.is_number_unsigned())
            text += fmt::format("{}AS{}", text.empty() ? "" : ", ", asn.get<std::uint64_t>());
    return text;
}

std::string terms_text(const Json& isp) {
    const Json& terms = field(isp, "terms");
    const std::string stance = word_of(terms, "stance");
    if (stance.empty())
        return "not read yet: foyer isp set " + text_field(isp, "name") + " --terms …";
    std::string text = stance + ", read on " + text_field(terms, "read_on");
    const std::string source = text_field(terms, "source");
    const std::string quote = text_field(terms, "quote");
    if (!source.empty()) text += " in " + source;
    return quote.empty() ? text : fmt::format("{}: \"{}\"", text, quote);
}

// "; paused by its host since 2026-05-01T10:00:00Z until 2026-05-01T12:00:00Z"
std::string host_text(const Json& node) {
    const std::string wish = word_of(node, "host_wish");
    if (wish.empty() || wish == "serving") return "";
    std::string text = "; its host has it emptied";
    if (wish == "paused") text = "; paused by its host";
    if (wish == "leaving") text = "; its host takes it out";
    const std::string since = text_field(node, "paused_since");
    const std::string until = text_field(node, "host_wish_until");
    return text + (since.empty() ? "" : " since " + since) +
           (until.empty() ? "" : " until " + until);
}

// The state in full sentences.
std::string life_text(const Json& node) {
    std::string text = text_field(node, "state");
    const std::string since = text_field(node, "silent_since");
    if (!since.empty()) text += ", silent since " + since;
    if (flag_field(node, "eviction_held"))
        text += "; not given up, since many boxes of several ISPs fell silent with it";
    const std::string wish = word_of(node, "wish");
    if (wish == "cordoned") text += "; cordoned: no new copies come";
    if (wish == "draining") {
        const bool empty = list_field(node, "partitions").empty();
        text += empty ? "; drained: it may go" : "; draining: its copies move away";
        const std::string deadline = text_field(node, "drain_deadline");
        if (!empty && !deadline.empty()) text += " until " + deadline;
        if (!empty) text += " (foyer op wait " + text_field(node, "drain_operation") + ")";
    }
    return text + host_text(node);
}

}  // namespace

std::string joined(const Json& list) {
    std::string text;
    for (const Json& item : list) {
        if (!item.is_string()) continue;
        text += (text.empty() ? "" : ", ") + item.get<std::string>();
    }
    return text;
}

std::string word_of(const Json& value, std::string_view key) {
    std::string word = text_field(value, key);
    return word == "unspecified" ? std::string() : word;
}

std::string age_of(const Json& value, std::string_view key, WallTime now) {
    const auto time = parse_rfc3339(text_field(value, key));
    return time ? human_age(now - *time) : "never";
}

std::string view_isps(const Json& list, const ViewContext& context) {
    Table table{{{"ISP"}, {"FAMILY"}, {"NETWORKS"}, {"TERMS"}, {"AGE", Align::Right}}, {}};
    for (const Json& isp : list_field(list, "isps")) {
        table.rows.push_back({text_field(isp, "name"), text_field(isp, "family"), asns_text(isp),
                              word_of(field(isp, "terms"), "stance"),
                              age_of(isp, "created_at", context.now)});
    }
    return render(table, context.page);
}

std::string view_isp(const Json& isp, const ViewContext&) {
    return render_facts({{"isp", text_field(isp, "name")},
                         {"family", text_field(isp, "family")},
                         {"networks", asns_text(isp).empty() ? "not recorded" : asns_text(isp)},
                         {"terms", terms_text(isp)},
                         {"added", text_field(isp, "created_at")}});
}

std::string view_hosts(const Json& list, const ViewContext& context) {
    Table table{{{"HOST"}, {"AGE", Align::Right}}, {}};
    for (const Json& host : list_field(list, "hosts")) {
        table.rows.push_back({text_field(host, "name"), age_of(host, "created_at", context.now)});
    }
    return render(table, context.page);
}

std::string view_host(const Json& host, const ViewContext&) {
    return render_facts(
        {{"host", text_field(host, "name")}, {"added", text_field(host, "created_at")}});
}

std::string view_sites(const Json& list, const ViewContext& context) {
    Table table{{{"SITE"}, {"ISP"}, {"COUNTRY"}, {"HOST"}, {"CLASS"}, {"NODES"}}, {}};
    for (const Json& site : list_field(list, "sites")) {
        table.rows.push_back({text_field(site, "name"), text_field(site, "isp"),
                              text_field(site, "country"), text_field(site, "host"),
                              text_field(site, "host_class"), joined(list_field(site, "nodes"))});
    }
    return render(table, context.page);
}

std::string view_letter(const Json& letter, const ViewContext&) {
    return text_field(letter, "text");
}

std::string view_letter_html(const Json& letter, const ViewContext&) {
    return text_field(letter, "html");
}

std::string view_site(const Json& site, const ViewContext&) {
    return render_facts({{"site", text_field(site, "name")},
                         {"isp", text_field(site, "isp")},
                         {"country", text_field(site, "country")},
                         {"host", text_field(site, "host")},
                         {"class", text_field(site, "host_class")},
                         {"nodes", joined(list_field(site, "nodes"))},
                         {"added", text_field(site, "created_at")}});
}

std::string view_nodes(const Json& list, const ViewContext& context) {
    Table table{{{"NODE"},
                 {"SITE"},
                 {"ISP"},
                 {"COUNTRY", Align::Left, Keep::Extra},
                 {"STATE"},
                 {"EDGE", Align::Left, Keep::Extra},
                 {"CORES", Align::Right, Keep::Extra},
                 {"MEMORY", Align::Right},
                 {"DISK", Align::Right},
                 {"FREE", Align::Right, Keep::Extra},
                 {"COPIES", Align::Right},
                 {"REFUSES", Align::Left, Keep::Extra},
                 {"SEEN", Align::Right, Keep::Extra}},
                {}};
    for (const Json& node : list_field(list, "nodes")) {
        const auto number = [&](const char* key) { return number_field(node, key); };
        table.rows.push_back(
            {text_field(node, "name"), text_field(node, "site"), text_field(node, "isp"),
             text_field(node, "country"), node_state_text(node),
             flag_field(node, "edge") ? "yes" : "",
             share(number("reserved_cpu_millicores"), number("cpu_millicores"), human_cores),
             share(number("reserved_memory_bytes"), number("memory_bytes"), human_bytes),
             share(number("reserved_disk_bytes"), number("disk_bytes"), human_bytes),
             number("disk_free_bytes") == 0 ? "" : human_bytes(number("disk_free_bytes")),
             fmt::format("{}", list_field(node, "partitions").size()), refuses_text(node),
             age_of(node, "last_seen_at", context.now)});
    }
    return render(table, context.page);
}

std::string view_node(const Json& node, const ViewContext& context) {
    const auto number = [&](const char* key) { return number_field(node, key); };
    return render_facts(
        {{"node", text_field(node, "name")},
         {"state", life_text(node)},
         {"site", text_field(node, "site")},
         {"isp", text_field(node, "isp")},
         {"country", text_field(node, "country")},
         {"host", fmt::format("{} ({})", text_field(node, "host"), text_field(node, "host_class"))},
         {"edge", flag_field(node, "edge") ? text_field(node, "public_address") : yes_no(false)},
         {"cores", share(number("reserved_cpu_millicores"), number("cpu_millicores"), human_cores)},
         {"memory", share(number("reserved_memory_bytes"), number("memory_bytes"), human_bytes)},
         {"disk", share(number("reserved_disk_bytes"), number("disk_bytes"), human_bytes)},
         {"disk free", disk_free_text(node)},
         {"uplink", share(number("reserved_uplink_kbit"), number("uplink_kbit"), human_kbit)},
         {"seen", age_of(node, "last_seen_at", context.now)},
         {"clock", clock_text(node)},
         {"line", line_text(node)},
         {"health", health_text(node)},
         {"refuses", refuses_text(node).empty() ? "nothing" : refuses_text(node)},
         {"overlay", text_field(node, "overlay_prefix")},
         {"agent", text_field(node, "agent_version")},
         {"certificate until", text_field(node, "certificate_expires_at")},
         {"holds", joined(list_field(node, "partitions"))}});
}

namespace {

std::string version_text(const Json& release) {
    const bool withdrawn = !text_field(release, "withdrawn_reason").empty();
    return text_field(release, "version") + (withdrawn ? " (withdrawn)" : "");
}

}  // namespace

std::string view_releases(const Json& list, const ViewContext& context) {
    Table table{{{"RELEASE"},
                 {"VERSION"},
                 {"TITLE"},
                 {"SIZES"},
                 {"COPIES", Align::Right},
                 {"IMAGE", Align::Right, Keep::Extra},
                 {"PUBLISHER", Align::Left, Keep::Extra},
                 {"AGE", Align::Right, Keep::Extra}},
                {}};
    for (const Json& release : list_field(list, "releases")) {
        Json sizes = Json::array();
        for (const Json& size : list_field(release, "sizes")) sizes.push_back(field(size, "name"));
        table.rows.push_back({text_field(release, "name"), version_text(release),
                              text_field(release, "title"), joined(sizes),
                              fmt::format("{}-{}", number_field(release, "copies_min"),
                                          number_field(release, "copies_max")),
                              human_bytes(number_field(release, "image_bytes")),
                              text_field(release, "publisher"),
                              age_of(release, "created_at", context.now)});
    }
    return render(table, context.page);
}

}  // namespace foyer::cli
