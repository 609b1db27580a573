#include "master/domain/domain_reports.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/base/utf8.h"

namespace foyer::master {
namespace {

DomainCertificate certificate_of(const Domain& domain, const NodeId& edge,
                                 const DomainAtEdge& seen) {
    DomainCertificate row;
    row.domain = domain.name;
    row.owner = domain.owner;
    row.edge = edge;
    row.not_after = seen.not_after;
    row.failures = seen.failures;
    row.failure = plain_text(seen.failure, domain_failure_bytes_max);
    row.failed_at = seen.failed_at;
    row.retry_at = seen.retry_at;
    return row;
}

std::string until(const std::optional<WallTime>& not_after) {
    return not_after ? "; its present certificate is good until " + to_rfc3339(*not_after)
                     : std::string("; it has no certificate yet");
}

void tell(const Instance& instance, const DomainCertificate& before, const DomainCertificate& now,
          Draft& draft) {
    const std::string where = "'" + now.domain.str() + "' at edge '" + now.edge.str() + "'";
    if (now.failures > 0 && before.failures == 0) {
        draft.event("domain_failing", instance,
                    "no certificate for " + where + ": " + now.failure + until(now.not_after) +
                        (now.retry_at ? "; tried again at " + to_rfc3339(*now.retry_at) : ""));
    } else if (now.not_after && (!before.not_after || before.failures > 0) && now.failures == 0) {
        draft.event("domain_serving", instance,
                    where + " is served with a certificate until " + to_rfc3339(*now.not_after));
    }
}

void hear_one(const Node& from, const DomainAtEdge& seen, Draft& draft) {
    const State& state = draft.state();
    const Domain* domain = proven_domain(state, DomainName(seen.name));
    if (domain == nullptr) return;
    const DomainCertificate now = certificate_of(*domain, from.name, seen);
    const DomainCertificate* held = state.domain_certificates().get({now.domain, now.edge});
    DomainCertificate before = held == nullptr ? DomainCertificate() : *held;
    tell(state.instances().at(domain->instance), before, now, draft);
    before.revision = now.revision;
    if (held == nullptr || !(before == now)) draft.put(now);
}

}  // namespace

void hear_domains(const Node& from, const ReportNode& command, Draft& draft) {
    if (!command.domains || !from.edge) return;
    for (const DomainAtEdge& seen : command.domains->domains) hear_one(from, seen, draft);
    // What it tells of no more it has no more.
    for (const auto& [key, row] : draft.state().domain_certificates()) {
        if (key.second != from.name) continue;
        const bool told = std::ranges::any_of(
            command.domains->domains,
            [&](const DomainAtEdge& seen) { return seen.name == key.first.str(); });
        if (!told) draft.drop(DropDomainCertificate{key.first, key.second});
    }
}

void drop_domain(const Domain& row, Draft& draft) {
    const auto& all = draft.state().domain_certificates();
    for (auto at = all.lower_bound({row.name, NodeId()});
         row.proven_at && at != all.end() && at->first.first == row.name; ++at)
        draft.drop(DropDomainCertificate{at->first.first, at->first.second});
    draft.drop(DropDomain{key_of_claim(row)});
}

void forget_certificates_at(const NodeId& edge, Draft& draft) {
    for (const auto& [key, row] : draft.state().domain_certificates())
        if (key.second == edge) draft.drop(DropDomainCertificate{key.first, key.second});
}

}  // namespace foyer::master
