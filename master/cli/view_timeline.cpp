// Takeovers as a table: who, why, and how long after the former leader's last word each moment was.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/human.h"
#include "master/cli/views.h"

namespace foyer::cli {
namespace {

// "lille (copy 1)"; empty: nobody.
std::string side_of(const Json& side) {
    if (!side.is_object()) return "";
    const std::string site = text_field(side, "site");
    return fmt::format("{} (copy {})", site.empty() ? "?" : site, number_field(side, "index"));
}

// The former leader's own word, else what its followers concluded: who was away (superseded, not
// resumed) does not know why.
std::string why_of(const Json& takeover) {
    const std::string end = word_of(takeover, "former_end");
    if (end == "lease_over") return "lease ran out";
    if (end == "handed_over") return "handed over";
    if (end == "ill") return "service ill";
    if (end == "clock_wrong") return "clock wrong";
    if (end == "new_generation") return "new generation";
    if (end == "host_stops") return "stopped by host";
    if (end == "retired") return "lost its memory";
    const std::string cause = word_of(takeover, "cause");
    if (cause == "first") return "first leader";
    if (cause == "resigned") return "resigned";
    if (cause == "handed_over") return "handed over";
    return "fell silent";
}

std::string span_of(const Json& takeover, std::string_view key) {
    if (field(takeover, key).is_null()) return "";
    return fmt::format("{:.1f} s", static_cast<double>(number_field(takeover, key)) / 1000.0);
}

// Of one that was away, it would only tell what it did when it was back.
std::string closing_of(const Json& takeover) {
    const std::string end = word_of(takeover, "former_end");
    if (end == "superseded" || end == "not_resumed") return "";
    return span_of(takeover, "former_closing_ms");
}

}  // namespace

std::string view_timeline(const Json& timeline, const ViewContext& context) {
    const Json& takeovers = list_field(timeline, "takeovers");
    if (takeovers.empty() && !flag_field(timeline, "elects"))
        return "the master chooses who leads this instance; its events tell of promotions\n";
    if (takeovers.empty()) return "no copy has led yet\n";
    Table table{{{"LAST WORD OF THE FORMER"},
                 {"FENCE", Align::Left, Keep::Extra},
                 {"FROM"},
                 {"TO"},
                 {"WHY"},
                 {"CLOSING", Align::Right, Keep::Extra},
                 {"DETECTED", Align::Right, Keep::Extra},
                 {"FENCED", Align::Right, Keep::Extra},
                 {"ELECTED", Align::Right, Keep::Extra},
                 {"PROMOTED", Align::Right, Keep::Extra},
                 {"OPEN", Align::Right},
                 {"ROUTED", Align::Right, Keep::Extra},
                 {"ANSWERED", Align::Right}},
                {}};
    for (const Json& one : takeovers) {
        const Json& to = field(one, "to");
        table.rows.push_back(
            {text_field(one, "began_at"),
             fmt::format("{}.{}", number_field(to, "generation"), number_field(to, "epoch")),
             side_of(field(one, "from")), side_of(to), why_of(one), closing_of(one),
             span_of(one, "detected_ms"), span_of(one, "fenced_ms"), span_of(one, "elected_ms"),
             span_of(one, "promoted_ms"), span_of(one, "opened_ms"), span_of(one, "routed_ms"),
             span_of(one, "answered_ms")});
    }
    return render(table, context.page);
}

}  // namespace foyer::cli
