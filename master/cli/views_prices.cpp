#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/base/money.h"
#include "master/cli/human.h"
#include "master/cli/views.h"

namespace foyer::cli {
namespace {

std::string money(const Json& value, std::string_view key) {
    return decimal_text(Cents(number_field(value, key)));
}

std::string item_text(const Json& line) {
    const std::string item = text_field(line, "item");
    if (item == "copies") return "copies";
    if (item == "synchronous") return "held by a second copy before it is acknowledged";
    if (item == "further_countries") return "countries beyond the first";
    return item;
}

}  // namespace

std::string view_price_lists(const Json& list, const ViewContext& context) {
    Table table{{{"LIST"}, {"CURRENCY"}, {"FROM"}, {"SIZES"}, {"IN FORCE"}}, {}};
    for (const Json& one : list_field(list, "price_lists")) {
        std::string sizes;
        for (const Json& price : list_field(one, "sizes"))
            sizes += (sizes.empty() ? "" : ", ") + text_field(price, "size");
        table.rows.push_back({text_field(one, "name"), text_field(one, "currency"),
                              text_field(one, "valid_from"), sizes,
                              flag_field(one, "in_force") ? "yes" : ""});
    }
    return render(table, context.page);
}

std::string view_price_list(const Json& list, const ViewContext& context) {
    const std::string text =
        render_facts({{"price list", text_field(list, "name")},
                      {"currency", text_field(list, "currency")},
                      {"from", text_field(list, "valid_from")},
                      {"in force", flag_field(list, "in_force") ? "yes" : "no"}});
    Table table{{{"SIZE"},
                 {"COPY", Align::Right},
                 {"SYNCHRONOUS", Align::Right},
                 {"FURTHER COUNTRY", Align::Right}},
                {}};
    for (const Json& price : list_field(list, "sizes"))
        table.rows.push_back({text_field(price, "size"), money(price, "copy_cents"),
                              money(price, "synchronous_cents"),
                              money(price, "further_country_cents")});
    return text + "\n" + render(table, context.page);
}

std::string quote_text(const Json& quote) {
    if (text_field(quote, "price_list").empty()) return "nothing is charged";
    return fmt::format("{} {} a month, price list {}", money(quote, "monthly_cents"),
                       text_field(quote, "currency"), text_field(quote, "price_list"));
}

std::string view_quote(const Json& quote, const ViewContext& context) {
    if (text_field(quote, "price_list").empty()) return "nothing is charged\n";
    Table table{
        {{"ITEM"}, {"HOW MANY", Align::Right}, {"EACH", Align::Right}, {"A MONTH", Align::Right}},
        {}};
    for (const Json& line : list_field(quote, "lines"))
        table.rows.push_back({item_text(line), fmt::format("{}", number_field(line, "quantity")),
                              money(line, "each_cents"), money(line, "total_cents")});
    return render(table, context.page) + "\n" + render_facts({{"price", quote_text(quote)}});
}

std::string view_promise(const Json& promise, const ViewContext&) {
    const std::string currency = text_field(promise, "currency");
    const std::int64_t passed = number_field(promise, "passed_ms");
    const double share = passed > 0
                             ? 100.0 * static_cast<double>(number_field(promise, "heard_ms")) /
                                   static_cast<double>(passed)
                             : 0.0;
    return render_facts(
        {{"site", text_field(promise, "site")},
         {"month", text_field(promise, "month")},
         {"heard of", fmt::format("{:.2f} % of {}", share, human_duration(Duration(passed)))},
         {"earned", money(promise, "earned_cents") + " " + currency},
         {"a whole month", money(promise, "monthly_cents") + " " + currency}});
}

}  // namespace foyer::cli
