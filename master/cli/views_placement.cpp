#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/views.h"

namespace foyer::cli {
namespace {

std::string percent(std::int64_t millionths) {
    return fmt::format("{}.{} %", millionths / 10'000, millionths / 1'000 % 10);
}

void add_rows(Table& table, const Json& nodes, const std::string& what) {
    int index = 0;
    for (const Json& node : nodes) {
        table.rows.push_back(
            {what.empty() ? fmt::format("copy {}", index) : what, text_field(node, "node"),
             text_field(node, "site"), text_field(node, "isp_family"), text_field(node, "country"),
             flag_field(node, "may_lead") ? "yes" : "no", percent(number_field(node, "score")),
             percent(number_field(node, "family_use"))});
        ++index;
    }
}

}  // namespace

std::string view_placement(const Json& placement, const ViewContext& context) {
    Table table{{{"WHAT"},
                 {"NODE"},
                 {"SITE"},
                 {"ISP"},
                 {"COUNTRY"},
                 {"MAY LEAD"},
                 {"NODE USE", Align::Right},
                 {"ISP USE", Align::Right}},
                {}};
    add_rows(table, list_field(placement, "chosen"), "");
    add_rows(table, list_field(placement, "runners_up"), "next best");
    std::string text = render(table, context.page);
    Table left_out{{{"LEFT OUT BY"}, {"NODES", Align::Right}, {"AMONG THEM"}}, {}};
    for (const Json& count : list_field(placement, "not_chosen")) {
        std::string names;
        for (const Json& node : list_field(placement, "listed")) {
            if (text_field(node, "rule") != text_field(count, "rule")) continue;
            names += (names.empty() ? "" : ", ") + text_field(node, "node");
        }
        left_out.rows.push_back(
            {word_of(count, "rule"), std::to_string(number_field(count, "nodes")), names});
    }
    if (!left_out.rows.empty()) text += "\n" + render(left_out, context.page);
    return text + fmt::format("\n{} more orders like this one fit\n",
                              number_field(placement, "orders_left"));
}

std::string view_balance(const Json& plan, const ViewContext& context) {
    Table moves{{{"MOVE"}, {"FROM"}, {"TO"}, {"FOR"}}, {}};
    for (const Json& move : list_field(plan, "moves")) {
        moves.rows.push_back(
            {fmt::format("{}/{}", text_field(move, "instance"), number_field(move, "index")),
             text_field(move, "from"), text_field(move, "to"), text_field(move, "gain")});
    }
    Table use{{{"USE"}, {"NOW", Align::Right}, {"THEN", Align::Right}}, {}};
    const Json before = field(plan, "before");
    const Json after = field(plan, "after");
    const auto row = [&](const char* what, const char* share, const char* name) {
        const auto cell = [&](const Json& balance) {
            const std::string who = name == nullptr ? "" : text_field(balance, name);
            return percent(number_field(balance, share)) + (who.empty() ? "" : " " + who);
        };
        use.rows.push_back({what, cell(before), cell(after)});
    };
    row("all boxes", "mean_millionths", nullptr);
    row("most used ISP", "family_millionths", "family");
    row("most used box", "node_millionths", "node");
    use.rows.push_back({"copies on a shared ISP",
                        std::to_string(number_field(before, "shared_isps")),
                        std::to_string(number_field(after, "shared_isps"))});
    std::string text = render(use, context.page);
    if (!moves.rows.empty()) {
        text += "\n" + render(moves, context.page);
    } else {
        text += "\nno move is worth it\n";
    }
    const std::string running = text_field(plan, "operation");
    if (!running.empty()) text += "\nunder way: foyer op wait " + running + "\n";
    return text;
}

}  // namespace foyer::cli
