#include "node-agent/care/history_json.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "common/base/enum_text.h"

namespace foyer::agent::care {
namespace {

using Json = nlohmann::json;

constexpr std::size_t text_bytes_max = 512;

Error damaged() {
    return error(ErrorCode::InvalidArgument, "the box's memory of itself is damaged");
}

std::optional<std::string> text_at(const Json& body, const char* key) {
    const auto at = body.find(key);
    if (at == body.end() || !at->is_string()) return std::nullopt;
    auto text = at->get<std::string>();
    return text.size() <= text_bytes_max ? std::optional(std::move(text)) : std::nullopt;
}

// Counts and times: never negative.
std::optional<std::int64_t> number_at(const Json& body, const char* key) {
    const auto at = body.find(key);
    if (at == body.end() || !at->is_number_unsigned()) return std::nullopt;
    const auto found = at->get<std::uint64_t>();
    if (found > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return std::nullopt;
    return static_cast<std::int64_t>(found);
}

Json count_json(const std::string& key, const Count& count) {
    Json body = {{"key", key},
                 {"last", count.last},
                 {"seen_unix_ms", count.seen.unix_ms},
                 {"grown", count.grown}};
    if (count.grew) body["grew_unix_ms"] = count.grew->unix_ms;
    return body;
}

Json standing_json(const Standing& one) {
    return {{"kind", to_text(one.finding.kind)}, {"severity", to_text(one.finding.severity)},
            {"subject", one.finding.subject},    {"reason", one.finding.reason},
            {"advice", one.finding.advice},      {"first_unix_ms", one.first.unix_ms},
            {"last_unix_ms", one.last.unix_ms},  {"settled", one.settled}};
}

Status take_count(const Json& body, History& history) {
    if (!body.is_object()) return damaged();
    const auto key = text_at(body, "key");
    const auto last = number_at(body, "last");
    const auto seen = number_at(body, "seen_unix_ms");
    const auto grown = number_at(body, "grown");
    if (!key || !last || !seen || !grown) return damaged();
    Count count{*last, WallTime{*seen}, std::nullopt, *grown};
    if (const auto grew = number_at(body, "grew_unix_ms")) count.grew = WallTime{*grew};
    if (history.counts.size() < counts_max) history.counts[*key] = count;
    return ok_status();
}

Status take_standing(const Json& body, History& history) {
    if (!body.is_object()) return damaged();
    const auto kind = enum_from_text(kinds, text_at(body, "kind").value_or(""));
    const auto severity = enum_from_text(severities, text_at(body, "severity").value_or(""));
    const auto subject = text_at(body, "subject");
    const auto reason = text_at(body, "reason");
    const auto advice = text_at(body, "advice");
    const auto first = number_at(body, "first_unix_ms");
    const auto last = number_at(body, "last_unix_ms");
    const auto settled = body.find("settled");
    if (!kind || !severity || !subject || !reason || !advice || !first || !last ||
        settled == body.end() || !settled->is_boolean())
        return damaged();
    if (history.standings.size() >= standings_max) return ok_status();
    history.standings[{*kind, *subject, *severity}] = {
        {*kind, *severity, *subject, *reason, *advice},
        WallTime{*first},
        WallTime{*last},
        settled->get<bool>()};
    return ok_status();
}

}  // namespace

std::string history_json(const History& history) {
    Json counts = Json::array();
    for (const auto& [key, count] : history.counts) counts.push_back(count_json(key, count));
    Json standings = Json::array();
    for (const auto& [key, one] : history.standings) standings.push_back(standing_json(one));
    const Json body = {{"version", 1}, {"counts", counts}, {"standings", standings}};
    return body.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<History> history_from(const std::string& text) {
    if (text.size() > history_bytes_max) return damaged();
    const Json body = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!body.is_object() || number_at(body, "version") != 1) return damaged();
    const auto counts = body.find("counts");
    const auto standings = body.find("standings");
    if (counts == body.end() || !counts->is_array() || standings == body.end() ||
        !standings->is_array())
        return damaged();
    History history;
    for (const Json& one : *counts) TRY(take_count(one, history));
    for (const Json& one : *standings) TRY(take_standing(one, history));
    return history;
}

}  // namespace foyer::agent::care
