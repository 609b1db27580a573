// Customers' own names in the state.
#include "master/domain/state.h"

namespace foyer::master {

void State::put(const Domain& row) {
    const ClaimKey key = key_of_claim(row);
    domains_.put(key, row);
    domains_of_instances_.insert({row.instance, key});
}

void State::drop(const DropDomain& change) {
    const Domain* gone = domains_.get(change.key);
    if (gone == nullptr) return;
    domains_of_instances_.erase({gone->instance, change.key});
    domains_.erase(change.key);
}

void State::put(const ZoneMailKey& row) { zone_mail_keys_.put(row.zone, row); }

void State::put(const DomainCertificate& row) {
    domain_certificates_.put({row.domain, row.edge}, row);
}

void State::drop(const DropDomainCertificate& change) {
    domain_certificates_.erase({change.domain, change.edge});
}

}  // namespace foyer::master
