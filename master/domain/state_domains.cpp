// Customers' own names in the state.
#include "master/domain/state.h"

namespace foyer::master {

void State::put(const Domain& row) {
    domains_.put(row.name, row);
    domains_of_instances_.insert({row.instance, row.name});
}

void State::drop(const DropDomain& change) {
    const Domain* gone = domains_.get(change.name);
    if (gone == nullptr) return;
    domains_of_instances_.erase({gone->instance, gone->name});
    domains_.erase(change.name);
}

void State::put(const DomainCertificate& row) {
    domain_certificates_.put({row.domain, row.edge}, row);
}

void State::drop(const DropDomainCertificate& change) {
    domain_certificates_.erase({change.domain, change.edge});
}

}  // namespace foyer::master
