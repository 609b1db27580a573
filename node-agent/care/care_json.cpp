#include "node-agent/care/care_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/text.h"

namespace foyer::agent::care {
namespace {

using Json = nlohmann::json;

template <class T>
void put(Json& body, const char* key, const std::optional<T>& value) {
    if (value) body[key] = *value;
}

// No serial number: a status is pasted into mails.
Json disk_json(const DiskHealth& disk) {
    Json body = {{"name", disk.name}, {"model", disk.model}, {"asleep", disk.asleep}};
    put(body, "passed", disk.passed);
    put(body, "celsius", disk.celsius);
    put(body, "hours", disk.hours);
    put(body, "reallocated", disk.reallocated);
    put(body, "reported_uncorrectable", disk.reported_uncorrectable);
    put(body, "command_timeouts", disk.command_timeouts);
    put(body, "pending", disk.pending);
    put(body, "offline_uncorrectable", disk.offline_uncorrectable);
    put(body, "crc_errors", disk.crc_errors);
    put(body, "media_errors", disk.media_errors);
    put(body, "critical_warning", disk.critical_warning);
    put(body, "spare_percent", disk.spare_percent);
    put(body, "used_percent", disk.used_percent);
    return body;
}

Json temperature_json(const Temperature& one) {
    Json body = {{"name", one.name}, {"celsius", one.celsius}};
    put(body, "high", one.high);
    put(body, "critical", one.critical);
    return body;
}

Json supply_json(const Supply& one) {
    Json body = {{"name", one.name}, {"type", one.type}, {"status", one.status}};
    put(body, "online", one.online);
    put(body, "percent", one.percent);
    return body;
}

// Percent, of the last five minutes.
void put_pressure(Json& body, const char* key, const std::optional<Pressure>& pressure) {
    if (!pressure) return;
    const auto share = [](const Waits& waits) {
        return static_cast<double>(waits.last_300s) / 100;
    };
    if (pressure->some) body[key]["some_percent"] = share(*pressure->some);
    if (pressure->full) body[key]["full_percent"] = share(*pressure->full);
}

template <class T, class Make>
Json list_of(const std::vector<T>& all, const Make& make) {
    Json list = Json::array();
    for (const T& one : all) list.push_back(make(one));
    return list;
}

Json finding_json(const Finding& one) {
    return {{"kind", to_text(one.kind)},
            {"severity", to_text(one.severity)},
            {"subject", one.subject},
            {"reason", one.reason},
            {"advice", one.advice}};
}

std::string text_at(const Json& body, const char* key) {
    if (!body.is_object()) return {};
    const auto at = body.find(key);
    return at != body.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::string beginning(const char* word) {
    std::string text = word;
    text.append(9 - std::min<std::size_t>(9, text.size()), ' ');
    return text;
}

}  // namespace

nlohmann::json care_json(const CareState& state) {
    const BoxFacts& facts = state.facts;
    Json body = {{"looked_at", state.looked_at.unix_ms == 0 ? "" : to_rfc3339(state.looked_at)},
                 {"trust_per_mille", state.notice.trust_per_mille},
                 {"findings", list_of(state.findings, finding_json)},
                 {"disks", list_of(facts.disks, disk_json)},
                 {"disks_text", disks_text(facts.disks)},
                 {"disks_problem", facts.disks_problem},
                 {"temperatures", list_of(facts.temperatures, temperature_json)},
                 {"supplies", list_of(facts.supplies, supply_json)}};
    if (facts.memory) body["memory_available_bytes"] = facts.memory->available.count();
    put_pressure(body, "memory_pressure", facts.memory_pressure);
    put_pressure(body, "disk_pressure", facts.disk_pressure);
    put_pressure(body, "cpu_pressure", facts.cpu_pressure);
    put(body, "under_voltage", facts.under_voltage);
    put(body, "throttles", facts.throttles);
    return body;
}

std::string care_lines(const nlohmann::json& care) {
    if (text_at(care, "looked_at").empty()) return {};
    const auto trust = care.find("trust_per_mille");
    const bool told = trust != care.end() && trust->is_number_integer();
    const auto found = care.find("findings");
    const bool any = found != care.end() && found->is_array() && !found->empty();
    const std::string disks = text_at(care, "disks_text");
    const std::string problem = text_at(care, "disks_problem");
    std::string page = beginning("health") + (any ? text_at(found->front(), "severity") : "good");
    if (told && trust->get<std::int64_t>() < trust_whole)
        page += "; it trusts itself " + std::to_string(trust->get<std::int64_t>()) + " of 1000";
    page += "\n" + beginning("disks") + (disks.empty() ? "unknown" : disks) +
            (problem.empty() ? "" : "; unknown: " + problem) + "\n";
    if (!any) return page;
    for (const Json& one : *found) {
        const std::string subject = text_at(one, "subject");
        const std::string advice = text_at(one, "advice");
        page += beginning("health") + text_at(one, "severity") + ": " +
                (subject.empty() ? "" : subject + ": ") + text_at(one, "reason") +
                (advice.empty() ? "" : "; " + advice) + "\n";
    }
    return page;
}

std::string disks_text(const std::vector<DiskHealth>& disks) {
    std::string text;
    for (const DiskHealth& disk : disks) {
        std::string one = disk.name;
        if (!disk.model.empty()) one += " " + disk.model;
        if (disk.asleep) one += ", asleep";
        if (disk.used_percent) one += ", " + std::to_string(*disk.used_percent) + " % used";
        if (disk.celsius) one += ", " + std::to_string(*disk.celsius) + " C";
        if (disk.hours) one += ", " + std::to_string(*disk.hours) + " h";
        text += (text.empty() ? "" : "; ") + one;
    }
    return text;
}

std::string temperature_text(const std::vector<Temperature>& all) {
    const auto warmest = std::ranges::max_element(all, {}, &Temperature::celsius);
    if (warmest == all.end()) return {};
    return std::to_string(warmest->celsius) + " C (" + warmest->name + ")";
}

}  // namespace foyer::agent::care
