#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/views.h"

namespace foyer::cli {
namespace {

std::string counts_text(const Json& upgrade) {
    std::string text;
    for (const Json& one : list_field(upgrade, "counts")) {
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number_field(one, "boxes"),
                            text_field(one, "step"));
    }
    return text;
}

}  // namespace

std::string view_agent_releases(const Json& list, const ViewContext& context) {
    Table table{{{"VERSION"}, {"ARCHITECTURE"}, {"BYTES", Align::Right}, {"PUBLISHED"}}, {}};
    for (const Json& one : list_field(list, "agent_releases"))
        table.rows.push_back({text_field(one, "version"), text_field(one, "architecture"),
                              text_field(one, "size_bytes"), text_field(one, "created_at")});
    return render(table, context.page);
}

std::string view_agent_release(const Json& one, const ViewContext&) {
    return render_facts({{"version", text_field(one, "version")},
                         {"architecture", text_field(one, "architecture")},
                         {"package", text_field(one, "digest")},
                         {"bytes", text_field(one, "size_bytes")},
                         {"signed by", text_field(one, "publisher_key")},
                         {"published", text_field(one, "created_at")}});
}

std::string view_upgrade(const Json& upgrade, const ViewContext& context) {
    const std::string way = flag_field(upgrade, "back") ? "back from " : "";
    std::vector<std::pair<std::string, std::string>> facts{
        {"version", way + text_field(upgrade, "version")},
        {"state", text_field(upgrade, "state")},
        {"at once", fmt::format("{} boxes at most", number_field(upgrade, "at_most"))},
        {"boxes", counts_text(upgrade)},
        {"begun", text_field(upgrade, "started_at")}};
    const std::string why = text_field(upgrade, "reason");
    if (!why.empty()) facts.insert(facts.begin() + 2, {"because", why});
    std::string text = render_facts(facts);
    Table table{{{"BOX"}, {"AGENT"}, {"STEP"}, {"WHY"}}, {}};
    for (const Json& box : list_field(upgrade, "boxes"))
        table.rows.push_back(
            {text_field(box, "node"), text_field(box, "agent_version"),
             text_field(box, "step") + (flag_field(box, "canary") ? ", goes first" : ""),
             text_field(box, "reason")});
    if (!table.rows.empty()) text += "\n" + render(table, context.page);
    const std::int64_t left_out = number_field(upgrade, "boxes_left_out");
    if (left_out > 0) text += fmt::format("\nand {} more\n", left_out);
    return text;
}

}  // namespace foyer::cli
