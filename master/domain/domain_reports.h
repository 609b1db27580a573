// What edges tell of customers' names, and what goes with whom. Parts of other decisions.
#pragma once

#include "master/domain/draft.h"

namespace foyer::master {

// Takes what an edge says of the names it has to serve; what is said of others is nothing to it. An
// event tells when a name is served for the first time at an edge, when an order begins to fail,
// and when that is over.
void hear_domains(const Node& from, const ReportNode& command, Draft& draft);

// A claim, with what the edges have of it when it is the proven one.
void drop_domain(const Domain& row, Draft& draft);
// With its instance. The instance's own row is put by the caller.
void forget_domains_of(const InstanceName& instance, Draft& draft);
// With its box.
void forget_certificates_at(const NodeId& edge, Draft& draft);

}  // namespace foyer::master
