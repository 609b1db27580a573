#include "node-agent/status_text.h"

#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/model/clock_offset.h"
#include "node-agent/care/care_json.h"
#include "node-agent/host/limits_page.h"
#include "node-agent/state/host_json.h"

namespace foyer::agent {
namespace {

using Json = nlohmann::json;

Json partition_json(const PartitionObservation& seen) {
    Json body = {{"partition", seen.partition.str()},
                 {"generation", seen.fence.generation.number()},
                 {"epoch", seen.fence.epoch.number()},
                 {"role", to_text(seen.role)},
                 {"phase", to_text(seen.phase)},
                 {"step", seen.step},
                 {"reason", seen.reason},
                 {"ready", seen.ready},
                 {"initialized", seen.initialized}};
    if (seen.position) {
        body["position"] = {{"epoch", seen.position->epoch.number()},
                            {"flushed_bytes", seen.position->flushed_bytes},
                            {"receiving", seen.position->receiving}};
    }
    Json followers = Json::array();
    for (const FollowerView& follower : seen.followers) {
        followers.push_back({{"name", follower.name},
                             {"state", follower.state},
                             {"sync_state", follower.sync_state},
                             {"lag_bytes", follower.lag_bytes}});
    }
    if (!followers.empty()) body["followers"] = followers;
    return body;
}

Json clock_json(const std::optional<Duration>& offset) {
    if (!offset) return {{"problem", ""}};
    return {{"offset_ms", offset->count()}, {"problem", clock_problem(*offset)}};
}

Json zone_json(const ZoneState& zone) {
    Json edges = Json::array();
    for (const ZoneEdge& edge : zone.edges)
        edges.push_back(
            {{"node", edge.node.str()}, {"address", edge.address}, {"lives", edge.lives}});
    return {{"name", zone.zone},
            {"serial", zone.serial},
            {"edges", edges},
            {"problem", zone.problem},
            {"notice", zone.notice}};
}

Json domains_json(const DomainsState& domains) {
    Json names = Json::array();
    for (const DomainAtEdge& one : domains.report.domains)
        names.push_back({{"name", one.name},
                         {"until", one.not_after ? to_rfc3339(*one.not_after) : ""},
                         {"failure", one.failure},
                         {"retry_at", one.retry_at ? to_rfc3339(*one.retry_at) : ""}});
    return {{"names", names},
            {"asks", !domains.report.acme_thumbprint.empty()},
            {"problem", domains.problem}};
}

Json mail_json(const MailState& mail) {
    Json today = Json::array();
    for (const auto& [instance, count] : mail.book.counts) {
        const auto limit = mail.per_day_max.find(instance);
        today.push_back({{"instance", instance.str()},
                         {"recipients", count.accepted},
                         {"per_day_max", limit == mail.per_day_max.end() ? 0 : limit->second},
                         {"refused", count.refused}});
    }
    return {{"relay", mail.relay},
            {"waiting", mail.waiting},
            {"today", today},
            {"strangers", mail.book.strangers},
            {"problem", mail.problem}};
}

std::string text_at(const Json& body, const char* key) {
    const auto at = body.find(key);
    return at != body.end() && at->is_string() ? at->get<std::string>() : std::string();
}

bool flag_at(const Json& body, const char* key) {
    const auto at = body.find(key);
    return at != body.end() && at->is_boolean() && at->get<bool>();
}

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text + " ";
}

// "zone     cloud.example.org, serial 1780000000: lille-1 198.18.1.11, paris-1 198.18.2.11
// (silent)"
std::string zone_lines(const Json& body) {
    const auto zone = body.find("zone");
    if (zone == body.end() || !zone->is_object() || text_at(*zone, "name").empty()) return {};
    const auto serial = zone->find("serial");
    const bool numbered = serial != zone->end() && serial->is_number_unsigned();
    std::string page = padded("zone", 8) + text_at(*zone, "name") + ", serial " +
                       (numbered ? std::to_string(serial->get<std::uint64_t>()) : "0");
    const auto edges = zone->find("edges");
    const char* before = ": ";
    for (const Json& edge : edges != zone->end() && edges->is_array() ? *edges : Json::array()) {
        page += before + text_at(edge, "node") + " " + text_at(edge, "address") +
                (flag_at(edge, "lives") ? "" : " (silent)");
        before = ", ";
    }
    page += "\n";
    const std::string notice = text_at(*zone, "notice");
    return notice.empty() ? page : page + padded("zone", 8) + notice + "\n";
}

// "domain   erp.acme.example, certificate until 2026-05-01T12:00:00.000Z"
std::string domain_lines(const Json& body) {
    const auto domains = body.find("domains");
    if (domains == body.end() || !domains->is_object()) return {};
    const auto names = domains->find("names");
    if (names == domains->end() || !names->is_array()) return {};
    std::string page;
    for (const Json& one : *names) {
        const std::string until = text_at(one, "until");
        const std::string failure = text_at(one, "failure");
        page +=
            padded("domain", 8) + text_at(one, "name") +
            (until.empty() ? ", no certificate yet" : ", certificate until " + until) +
            (failure.empty() ? ""
                             : "; tries again at " + text_at(one, "retry_at") + ": " + failure) +
            "\n";
    }
    return page;
}

std::string number_at(const Json& body, const char* key) {
    const auto at = body.find(key);
    return at != body.end() && at->is_number_integer() ? std::to_string(at->get<std::int64_t>())
                                                       : "0";
}

// "mail     fd50:f0e:1::19, 3 wait; today acme 12 of 200 (1 refused)"
std::string mail_lines(const Json& body) {
    const auto mail = body.find("mail");
    if (mail == body.end() || !mail->is_object() || text_at(*mail, "relay").empty()) return {};
    std::string page =
        padded("mail", 8) + text_at(*mail, "relay") + ", " + number_at(*mail, "waiting") + " wait";
    const auto today = mail->find("today");
    const char* before = "; today ";
    for (const Json& one : today != mail->end() && today->is_array() ? *today : Json::array()) {
        page += before + text_at(one, "instance") + " " + number_at(one, "recipients") + " of " +
                number_at(one, "per_day_max");
        if (number_at(one, "refused") != "0")
            page += " (" + number_at(one, "refused") + " refused)";
        before = ", ";
    }
    if (number_at(*mail, "strangers") != "0")
        page += "; " + number_at(*mail, "strangers") + " refused from strangers";
    return page + "\n";
}

Json host_json(const HostOrder& host) {
    return {{"wish", to_text(host.wish)}, {"until", host.until ? to_rfc3339(*host.until) : ""}};
}

// "host     paused until 2026-05-01T18:30:00.000Z; foyer-node resume"
std::string host_line(const Json& body) {
    const auto host = body.find("host");
    if (host == body.end() || !host->is_object()) return {};
    const std::string wish = text_at(*host, "wish");
    if (wish.empty() || wish == to_text(HostWish::Serving)) return {};
    const std::string until = text_at(*host, "until");
    const bool leaves = wish == to_text(HostWish::Leaving);
    return padded("host", 8) + wish + (until.empty() ? "" : " until " + until) +
           (leaves ? "; it stays with: " : "; it serves again with: ") + "foyer-node resume\n";
}

// What is refused, and what of it is assigned here all the same, with why.
Json refuses_json(const Agent::Overview& overview) {
    Json body = to_json(overview.refuses);
    body["here"] = Json::object();
    for (const auto& [partition, why] : overview.refused) body["here"][partition.str()] = why;
    return body;
}

// "refuses  tenants of RU; kinds mail; foyer-node refuse"
std::string refuses_line(const Json& body) {
    const auto refuses = refusals_from_json(body.value("refuses", Json()));
    if (!refuses || !refuses->what.any()) return {};
    return padded("refuses", 8) + to_text(refuses->what) + "; foyer-node refuse\n";
}

Json upgrade_json(const UpgradeReport& upgrade) {
    return {{"stance", to_text(upgrade.stance)},
            {"phase", to_text(upgrade.phase)},
            {"reason", upgrade.reason}};
}

// "upgrade  went back: the new agent did not sync in time"
std::string upgrade_line(const Json& body) {
    const auto upgrade = body.find("upgrade");
    if (upgrade == body.end() || !upgrade->is_object()) return {};
    const std::string phase = text_at(*upgrade, "phase");
    const std::string reason = text_at(*upgrade, "reason");
    std::string line;
    if (text_at(*upgrade, "stance") == to_text(UpgradeStance::Off))
        line = "off: foyer-node upgrades --on";
    if (!phase.empty() && phase != to_text(UpgradePhase::None) &&
        phase != to_text(UpgradePhase::Done))
        line += (line.empty() ? "" : "; ") + phase + (reason.empty() ? "" : ": " + reason);
    return line.empty() ? std::string() : padded("upgrade", 8) + line + "\n";
}

std::string care_part(const Json& body) {
    const auto care = body.find("care");
    return care == body.end() ? std::string() : care::care_lines(*care);
}

}  // namespace

std::string status_json(const NodeId& node, const std::string& version,
                        const Agent::Overview& overview, const LinkState& link,
                        const care::CareState& care, const LimitsState& limits,
                        const UpgradeReport& upgrade) {
    Json partitions = Json::array();
    for (const PartitionObservation& seen : overview.partitions)
        partitions.push_back(partition_json(seen));
    Json handshakes = Json::object();
    for (const auto& [peer, age] : overview.box.handshake_ages_s) handshakes[peer.str()] = age;
    const Json body = {
        {"node", node.str()},
        {"version", version},
        {"edge", overview.settings.edge},
        {"host", host_json(overview.host)},
        {"refuses", refuses_json(overview)},
        {"limits", limits_json(limits)},
        {"lineage", overview.lineage.str()},
        {"revision", overview.revision.number()},
        {"master",
         {{"connected", link.connected},
          {"address", link.address},
          {"last_answer", link.last_answer.unix_ms == 0 ? "" : to_rfc3339(link.last_answer)},
          {"problem", link.problem},
          {"left", link.left}}},
        {"overlay", {{"problem", overview.box.overlay_problem}, {"handshake_ages_s", handshakes}}},
        {"proxy", {{"problem", overview.box.proxy_problem}}},
        {"zone", zone_json(overview.zone)},
        {"domains", domains_json(overview.domains)},
        {"mail", mail_json(overview.mail)},
        {"clock", clock_json(link.clock_offset)},
        {"care", care::care_json(care)},
        {"upgrade", upgrade_json(upgrade)},
        {"disk_free_bytes", overview.box.disk_free_bytes.value_or(0)},
        {"partitions", partitions}};
    return body.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<std::string> upgrades_page(const std::string& json) {
    const Json body = Json::parse(json, nullptr, /*allow_exceptions=*/false);
    if (!body.is_object() || !body.contains("upgrade") || !body["upgrade"].is_object())
        return error(ErrorCode::FailedPrecondition,
                     "the agent that runs is older than this command and knows nothing of "
                     "upgrades: systemctl restart foyer-node, then try it again");
    const Json& upgrade = body["upgrade"];
    const auto stance = upgrade_stance_from(text_at(upgrade, "stance"));
    std::string page = padded("version", 8) + text_at(body, "version") + "\n" + padded("takes", 8);
    if (stance == UpgradeStance::Takes)
        page +=
            "upgrades that a pinned key signed; none any more with: foyer-node upgrades --off\n";
    else if (stance == UpgradeStance::Off)
        page += "none, as you said; again with: foyer-node upgrades --on\n";
    else
        page += "none: no publisher's key is pinned ([upgrade] publisher_keys in node.toml)\n";
    const std::string reason = text_at(upgrade, "reason");
    return page + padded("last", 8) + text_at(upgrade, "phase") +
           (reason.empty() ? "" : ": " + reason) + "\n";
}

Result<std::string> status_page(const std::string& json) {
    const Json body = Json::parse(json, nullptr, /*allow_exceptions=*/false);
    if (!body.is_object() || !body.contains("master") || !body["master"].is_object() ||
        !body.contains("partitions") || !body["partitions"].is_array()) {
        return error(ErrorCode::InvalidArgument, "the agent's answer is not a status document");
    }
    const Json& master = body["master"];
    std::string page = "node     " + text_at(body, "node") + "\nmaster   ";
    if (flag_at(master, "left"))
        return page + "none: this box has left the cloud; its receipt: foyer-node receipt\n";
    const bool connected = flag_at(master, "connected");
    page += connected ? "connected to " + text_at(master, "address")
                      : "not connected: " + text_at(master, "problem");
    page += "\nheard    " + text_at(master, "last_answer") + "\n";
    if (connected && !text_at(master, "problem").empty())
        page += padded("trouble", 8) + text_at(master, "problem") + "\n";
    page += host_line(body) + upgrade_line(body) + refuses_line(body) + limits_lines(body) +
            care_part(body) + zone_lines(body) + domain_lines(body) + mail_lines(body);
    for (const char* part : {"clock", "overlay", "proxy", "zone", "domains", "mail"}) {
        const std::string problem = body.contains(part) ? text_at(body[part], "problem") : "";
        if (!problem.empty()) page += padded(part, 8) + problem + "\n";
    }
    if (body["partitions"].empty()) return page + "no partitions\n";
    page += "\n" + padded("PARTITION", 20) + padded("ROLE", 8) + padded("PHASE", 10) + "DETAIL\n";
    for (const Json& item : body["partitions"]) {
        const std::string reason = text_at(item, "reason");
        page += padded(text_at(item, "partition"), 20) + padded(text_at(item, "role"), 8) +
                padded(text_at(item, "phase"), 10) +
                (reason.empty() ? text_at(item, "step") : reason.substr(0, reason.find('\n'))) +
                "\n";
    }
    return page;
}

}  // namespace foyer::agent
