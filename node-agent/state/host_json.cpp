#include "node-agent/state/host_json.h"

#include "node-agent/state/json_fields.h"

namespace foyer::agent {

nlohmann::json to_json(const HostOrder& host) {
    return {{"wish", to_text(host.wish)}, {"until_unix_ms", host.until ? host.until->unix_ms : 0}};
}

std::optional<HostOrder> host_from_json(const nlohmann::json& body) {
    JsonFields fields(body);
    HostOrder host;
    const auto wish = host_wish_from(fields.text("wish"));
    if (fields.is(wish.has_value())) host.wish = *wish;
    const std::int64_t until = fields.number("until_unix_ms");
    if (until != 0) host.until = WallTime{until};
    fields.is(until >= 0 && (until == 0 || may_end(host.wish)));
    return fields.ok() ? std::optional(host) : std::nullopt;
}

nlohmann::json to_json(const HostRefusals& refuses) {
    nlohmann::json countries = nlohmann::json::array();
    for (const CountryCode& country : refuses.what.countries) countries.push_back(country.str());
    nlohmann::json kinds = nlohmann::json::array();
    for (const ReleaseKind kind : refuses.what.kinds) kinds.push_back(to_text(kind));
    return {{"countries", countries}, {"kinds", kinds}, {"now", refuses.now}};
}

std::optional<HostRefusals> refusals_from_json(const nlohmann::json& body) {
    JsonFields fields(body);
    HostRefusals refuses;
    for (const std::string& country : fields.texts("countries"))
        refuses.what.countries.insert(CountryCode(country));
    for (const std::string& text : fields.texts("kinds")) {
        const auto kind = release_kind_from(text);
        if (fields.is(kind.has_value())) refuses.what.kinds.insert(*kind);
    }
    refuses.now = fields.truth("now");
    return fields.ok() ? std::optional(refuses) : std::nullopt;
}

}  // namespace foyer::agent
