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

std::string clock_text(const Json& node) {
    if (text_field(node, "last_seen_at").empty()) return "not reported yet";
    const Duration offset = clock_offset(node);
    if (is_clock_wrong(offset)) return "wrong: " + clock_offset_text(offset);
    return fmt::format("right ({} ms)", offset.count());
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
    if (is_clock_wrong(clock_offset(node))) text += ", clock wrong";
    if (is_disk_full(node)) text += ", disk full";
    return text;
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
    Table table{{{"ISP"}, {"FAMILY"}, {"AGE", Align::Right}}, {}};
    for (const Json& isp : list_field(list, "isps")) {
        table.rows.push_back({text_field(isp, "name"), text_field(isp, "family"),
                              age_of(isp, "created_at", context.now)});
    }
    return render(table, context.page);
}

std::string view_isp(const Json& isp, const ViewContext&) {
    return render_facts({{"isp", text_field(isp, "name")},
                         {"family", text_field(isp, "family")},
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
             fmt::format("{}", list_field(node, "partitions").size()),
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
