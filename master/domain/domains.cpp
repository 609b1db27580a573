#include "master/domain/domains.h"

#include <algorithm>

#include "common/base/utf8.h"
#include "master/domain/domain_names.h"
#include "master/domain/domain_reports.h"
#include "master/domain/draft.h"

namespace foyer::master {
namespace {

constexpr std::string_view list_command = "foyer domain ls";

std::vector<DomainName> domains_of(const State& state, const InstanceName& instance) {
    std::vector<DomainName> names;
    const auto& all = state.domains_of_instances();
    for (auto at = all.lower_bound({instance, DomainName()});
         at != all.end() && at->first == instance; ++at)
        names.push_back(at->second);
    return names;
}

// Another's instance is answered as if it did not exist.
Result<Instance> find_instance(const State& state, const CreateDomain& command) {
    const auto found = state.instances().find(command.instance);
    const bool seen = found != state.instances().end() &&
                      (command.owner.empty() || found->second.owner == command.owner);
    if (!seen) return no_such_row("instance", command.instance.str(), "foyer instance ls");
    if (found->second.desired == DesiredState::Deleted)
        return error(ErrorCode::FailedPrecondition,
                     "instance '" + command.instance.str() + "' is being deleted",
                     {{"rule", "deleting"}});
    return found->second;
}

Error taken(const Domain& row, const CreateDomain& command) {
    const bool own = command.owner.empty() || row.owner == command.owner;
    if (own)
        return error(ErrorCode::AlreadyExists,
                     "'" + row.name.str() + "' leads to instance '" + row.instance.str() +
                         "' already; foyer domain show " + row.name.str() +
                         " says how far it is, foyer domain rm " + row.name.str() + " frees it",
                     {{"field", "name"}});
    return error(ErrorCode::AlreadyExists,
                 "'" + row.name.str() + "' was asked for by another account" +
                     (row.proven_at ? std::string(", which proved that it is its own")
                                    : "; unless that proves it, it is free again three days "
                                      "after it was asked for") +
                     ". If the name is yours, ask the operator",
                 {{"field", "name"}, {"rule", "domain_taken"}});
}

// The edges hear of it.
void reroute(const InstanceName& name, Draft& draft) {
    const auto found = draft.state().instances().find(name);
    if (found == draft.state().instances().end()) return;
    Instance instance = found->second;
    instance.route_revision = draft.revision();
    draft.put(std::move(instance));
}

void note_one(const DomainSeen& seen, Draft& draft) {
    const auto found = draft.state().domains().find(seen.name);
    if (found == draft.state().domains().end() || found->second.created_at != seen.created_at ||
        found->second.proven_at)
        return;
    Domain row = found->second;
    const Instance& instance = draft.state().instances().at(row.instance);
    if (seen.proven) {
        row.proven_at = draft.now();
        row.seen.clear();
        draft.event("domain_proven", instance,
                    "'" + row.name.str() + "' is proven; the edges ask for its certificates");
        reroute(row.instance, draft);
        draft.put(std::move(row));
        return;
    }
    if (draft.now() - row.created_at >= domain_claim_life) {
        draft.event("domain_forgotten", instance,
                    "'" + row.name.str() + "' was not proven within 3 days and is forgotten: " +
                        plain_text(seen.seen, domain_seen_bytes_max) + "; foyer domain add " +
                        row.name.str() + " --instance " + row.instance.str() + " asks again");
        return draft.drop(DropDomain{row.name});
    }
    std::string said = plain_text(seen.seen, domain_seen_bytes_max);
    if (said == row.seen) return;
    row.seen = std::move(said);
    draft.put(std::move(row));
}

}  // namespace

std::vector<std::string> proven_domains_of(const State& state, const InstanceName& instance) {
    std::vector<std::string> names;
    for (const DomainName& name : domains_of(state, instance))
        if (state.domains().at(name).proven_at) names.push_back(name.str());
    return names;
}

Result<Decision> create_domain(const State& state, const CreateDomain& command, WallTime now) {
    TRY(check_domain_name(command.name.str(), state.settings().zone));
    const Instance instance = TRY(find_instance(state, command));
    if (const Domain* there = state.domains().get(command.name)) return taken(*there, command);
    const int own_max = state.settings().domains_per_instance;
    if (static_cast<int>(domains_of(state, instance.name).size()) >= own_max)
        return error(ErrorCode::ResourceExhausted,
                     "an instance has at most " + std::to_string(own_max) +
                         " names of its customer's; foyer domain rm frees one",
                     {{"rule", "domains_per_instance"}});
    if (state.domains().size() >= domains_max)
        return error(ErrorCode::ResourceExhausted,
                     "this cloud serves at most " + std::to_string(domains_max) +
                         " names of customers; ask the operator",
                     {{"rule", "domains_max"}});
    Draft draft(state, now);
    Domain row;
    row.name = command.name;
    row.instance = instance.name;
    row.owner = instance.owner;
    row.token = command.token;
    row.created_at = now;
    draft.put(std::move(row));
    return std::move(draft).done(command.name.str());
}

Result<Decision> delete_domain(const State& state, const DeleteDomain& command, WallTime now) {
    const Domain row = TRY(find_row(state.domains(), command.name, "domain", list_command));
    // Another's is answered as if it did not exist.
    if (!command.owner.empty() && row.owner != command.owner)
        return no_such_row("domain", command.name.str(), list_command);
    Draft draft(state, now);
    drop_domain(row.name, draft);
    if (row.proven_at) {
        reroute(row.instance, draft);
        draft.event("domain_deleted", state.instances().at(row.instance),
                    "'" + row.name.str() + "' is served no more");
    }
    return std::move(draft).done(row.name.str());
}

Result<Decision> note_domains(const State& state, const NoteDomains& command, WallTime now) {
    Draft draft(state, now);
    for (const DomainSeen& seen : command.seen) note_one(seen, draft);
    return std::move(draft).done();
}

void forget_domains_of(const InstanceName& instance, Draft& draft) {
    for (const DomainName& name : domains_of(draft.state(), instance)) drop_domain(name, draft);
}

}  // namespace foyer::master
