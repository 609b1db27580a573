#include "node-agent/state/mail_json.h"

#include "node-agent/state/json_fields.h"

namespace foyer::agent {
namespace {

using Json = nlohmann::json;

Json to_json(const DkimKey& key) { return {{"domain", key.domain}, {"selector", key.selector}}; }

DkimKey key_from(const Json& body, JsonFields& outer) {
    JsonFields fields(body);
    DkimKey key;
    key.domain = fields.text("domain");
    key.selector = fields.text("selector");
    outer.is(fields.ok());
    return key;
}

// A domain whose key was made anew has another selector.
std::string remembered_as(const DkimKey& key) { return key.selector + "._domainkey." + key.domain; }

template <class Desired, class Take>
void visit_keys(Desired& desired, const Take& take) {
    if (desired.settings.mail_relay) take(desired.settings.mail_relay->zone_key);
    for (auto& [hostname, route] : desired.routes)
        if (route.mail)
            for (auto& key : route.mail->keys) take(key);
}

}  // namespace

Json relay_json(const MailRelaySettings& relay) {
    return {{"address", relay.address},
            {"zone_key", to_json(relay.zone_key)},
            {"zone_public_key", relay.zone_public_key}};
}

Json route_mail_json(const RouteMail& mail) {
    Json keys = Json::array();
    for (const DkimKey& key : mail.keys) keys.push_back(to_json(key));
    return {{"sources", mail.sources}, {"keys", keys}, {"per_day_max", mail.per_day_max}};
}

bool read_json(const Json& body, MailRelaySettings& relay) {
    JsonFields fields(body);
    relay.address = fields.text("address");
    if (!fields.has("zone_key")) return false;
    relay.zone_key = key_from(body.at("zone_key"), fields);
    relay.zone_public_key = fields.text("zone_public_key");
    return fields.ok();
}

bool read_json(const Json& body, RouteMail& mail) {
    JsonFields fields(body);
    mail.sources = fields.texts("sources");
    for (const Json& key : fields.list("keys")) mail.keys.push_back(key_from(key, fields));
    mail.per_day_max = fields.whole("per_day_max");
    return fields.ok();
}

Json mail_keys_json(const DesiredNode& desired) {
    Json keys;
    visit_keys(desired, [&](const DkimKey& key) { keys[remembered_as(key)] = key.private_key; });
    return keys;
}

bool restore_mail_keys(const Json& remembered, DesiredNode& desired) {
    bool whole = true;
    visit_keys(desired, [&](DkimKey& key) {
        const auto found =
            remembered.is_object() ? remembered.find(remembered_as(key)) : remembered.end();
        if (found == remembered.end() || !found->is_string() || found->get<std::string>().empty())
            whole = false;
        else
            key.private_key = found->get<std::string>();
    });
    return whole;
}

}  // namespace foyer::agent
