// Upgrades of the boxes' agents beside their tables.
#include "master/store/row_mapping.h"

namespace foyer::master {
namespace {

const Table& agent_releases() {
    using enum Column::Kind;
    static const Table table({"agent_releases",
                              {"version", "architecture"},
                              {{"version"},
                               {"architecture"},
                               {"digest"},
                               {"size_bytes", Int8},
                               {"document"},
                               {"signature"},
                               {"publisher_key"},
                               {"created_at", Time},
                               {"revision", Int8}}});
    return table;
}

const Table& upgrades() {
    using enum Column::Kind;
    static const Table table({"upgrades",
                              {"number"},
                              {{"number", Int8},
                               {"version"},
                               {"back", Bool},
                               {"state"},
                               {"reason"},
                               {"at_most", Int4},
                               {"observe_ms", Int8},
                               {"canaries_done_at", Time},
                               {"started_at", Time},
                               {"ended_at", Time},
                               {"revision", Int8}}});
    return table;
}

const Table& node_agents() {
    using enum Column::Kind;
    static const Table table({"node_agents",
                              {"node"},
                              {{"node"},
                               {"stance"},
                               {"architecture"},
                               {"upgrade", Int8},
                               {"canary", Bool},
                               {"step"},
                               {"from_version"},
                               {"to_version"},
                               {"order_number", Int8},
                               {"reason"},
                               {"since", Time},
                               {"revision", Int8}}});
    return table;
}

Status read_agent_release(Row row, Changes& into) {
    AgentRelease r;
    TRY(row.into(r.package.version, r.package.architecture, r.package.file, r.package.size,
                 r.document, r.signature, r.publisher_key, r.created_at, r.revision));
    into.push_back(Put<AgentRelease>{std::move(r)});
    return ok_status();
}

Status read_upgrade(Row row, Changes& into) {
    Upgrade u;
    TRY(row.into(u.number, u.version, u.back, u.state, u.reason, u.at_most, u.observe,
                 u.canaries_done_at, u.started_at, u.ended_at, u.revision));
    into.push_back(Put<Upgrade>{std::move(u)});
    return ok_status();
}

Status read_node_agent(Row row, Changes& into) {
    NodeAgent a;
    TRY(row.into(a.node, a.stance, a.architecture, a.upgrade, a.canary, a.step, a.from, a.to,
                 a.order, a.reason, a.since, a.revision));
    into.push_back(Put<NodeAgent>{std::move(a)});
    return ok_status();
}

}  // namespace

Call put_call(const AgentRelease& r) {
    return {&agent_releases().put,
            Params().add(r.package.version, r.package.architecture, r.package.file, r.package.size,
                         r.document, r.signature, r.publisher_key, r.created_at, r.revision)};
}

Call drop_call(const DropAgentRelease& change) {
    return {&agent_releases().drop, Params().add(change.key.first, change.key.second)};
}

Call put_call(const Upgrade& u) {
    return {&upgrades().put,
            Params().add(u.number, u.version, u.back, u.state, u.reason, u.at_most, u.observe,
                         u.canaries_done_at, u.started_at, u.ended_at, u.revision)};
}

Call drop_call(const DropUpgrade& change) {
    return {&upgrades().drop, Params().add(change.number)};
}

Call put_call(const NodeAgent& a) {
    return {&node_agents().put,
            Params().add(a.node, a.stance, a.architecture, a.upgrade, a.canary, a.step, a.from,
                         a.to, a.order, a.reason, a.since, a.revision)};
}

Call drop_call(const DropNodeAgent& change) {
    return {&node_agents().drop, Params().add(change.node)};
}

void add_upgrade_loaders(std::vector<Loader>& loaders) {
    loaders.push_back({{}, &agent_releases().copy, read_agent_release});
    loaders.push_back({{}, &upgrades().copy, read_upgrade});
    loaders.push_back({{}, &node_agents().copy, read_node_agent});
}

}  // namespace foyer::master
