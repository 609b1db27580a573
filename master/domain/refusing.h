// What hosts refuse on their boxes (HostRefusals), as the master hears it and acts on it.
//
// It is an order, as a pause is (host_life.h): nothing here refuses it, and the box keeps it
// whatever it is assigned. Nothing that a box refuses is placed there (placement.h). A copy that is
// there already is made anew elsewhere, and goes once its replacement is there; where its box has
// stopped it at once, another one leads first.
#pragma once

#include "master/domain/draft.h"

namespace foyer::master {

// What hosts may refuse of the copies of an instance.
TenantFacts tenant_facts(const State& state, const Instance& instance);
// Of what an account orders.
TenantFacts tenant_facts(const Account& owner, const Release& release);

bool is_refused(const Node& node, const TenantFacts& tenant);
// Of a copy, where it is.
bool is_refused(const State& state, const Replica& replica);
// And its box runs it no more.
bool is_stopped_by_host(const State& state, const Replica& replica);

// What the box tells two copies apart by; of the other boxes of its domain it differs in nothing
// else (slot_index.h).
const Refusals& refusals_of(const Node& node);

// The node as its host wants it from now on, with the events that tell of it.
Node hear_refusals(const HostRefusals& refusals, Node node, Draft& draft);

}  // namespace foyer::master
