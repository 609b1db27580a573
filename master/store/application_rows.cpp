// Applications beside their table.
#include <nlohmann/json.hpp>

#include "master/store/row_mapping.h"

namespace foyer::master {

std::string to_sql(const std::vector<CheckFinding>& findings) {
    auto list = nlohmann::json::array();
    for (const CheckFinding& one : findings)
        list.push_back({one.subject, one.value, one.verdict, one.reason});
    return list.dump();
}

bool from_sql(std::string_view text, std::vector<CheckFinding>& to) {
    to.clear();
    const auto list = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!list.is_array()) return false;
    for (const auto& from : list) {
        if (!from.is_array() || from.size() != 4) return false;
        for (const auto& part : from)
            if (!part.is_string()) return false;
        to.push_back({from[0].get<std::string>(), from[1].get<std::string>(),
                      from[2].get<std::string>(), from[3].get<std::string>()});
    }
    return true;
}

bool from_sql(std::string_view text, ApplicationState& to) {
    const auto found = application_state_from(text);
    if (found) to = *found;
    return found.has_value();
}

namespace {

const Table& applications() {
    using enum Column::Kind;
    static const Table table({"applications",
                              {"id"},
                              {{"id"},
                               {"state"},
                               {"key_fingerprint"},
                               {"secret_hash"},
                               {"source_hash"},
                               {"site"},
                               {"isp"},
                               {"country"},
                               {"plan"},
                               {"contact"},
                               {"message"},
                               {"cpu_millicores", Int8},
                               {"memory_bytes", Int8},
                               {"disk_bytes", Int8},
                               {"uplink_kbit", Int8},
                               {"agent_version"},
                               {"findings", Json},
                               {"line_asn", Int8},
                               {"line_holder"},
                               {"reason"},
                               {"node"},
                               {"created_at", Time},
                               {"ended_at", Time},
                               {"erased_at", Time},
                               {"revision", Int8}}});
    return table;
}

Status read_application(Row row, Changes& into) {
    Application a;
    std::optional<Asn> asn;
    std::optional<std::string> holder;
    TRY(row.into(a.id, a.state, a.key_fingerprint, a.secret_hash, a.source_hash, a.site, a.isp,
                 a.country, a.plan, a.contact, a.message, a.offered.cpu, a.offered.memory,
                 a.offered.disk, a.offered.uplink, a.agent_version, a.findings, asn, holder,
                 a.reason, a.node, a.created_at, a.ended_at, a.erased_at, a.revision));
    if (asn && holder) a.line = AutonomousSystem{*asn, *holder};
    into.push_back(Put<Application>{std::move(a)});
    return ok_status();
}

}  // namespace

Call put_call(const Application& a) {
    std::optional<Asn> asn;
    std::optional<std::string> holder;
    if (a.line) asn = a.line->number, holder = a.line->holder;
    return {
        &applications().put,
        Params().add(a.id, a.state, a.key_fingerprint, a.secret_hash, a.source_hash, a.site, a.isp,
                     a.country, a.plan, a.contact, a.message, a.offered.cpu, a.offered.memory,
                     a.offered.disk, a.offered.uplink, a.agent_version, a.findings, asn, holder,
                     a.reason, a.node, a.created_at, a.ended_at, a.erased_at, a.revision)};
}

Call drop_call(const DropApplication& change) {
    return {&applications().drop, Params().add(change.id)};
}

void add_application_loaders(std::vector<Loader>& loaders) {
    loaders.push_back({{}, &applications().copy, read_application});
}

}  // namespace foyer::master
