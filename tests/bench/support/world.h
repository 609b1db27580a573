// A cloud of any size: ISPs, sites, boxes, one small release, and what a customer orders.
//
// Box i stands alone at site i, on ISP i % isps, in one of five countries; names are as long as
// people's ("rue-du-moulin-4711"), keys and hashes as long as real ones.
#pragma once

#include <string>

#include "master/domain/command.h"

namespace foyer::bench {

struct WorldShape {
    int nodes = 10'000;
    int isps = 20;
    // Of 100 boxes so many are on ISP 0; 0: all ISPs are equal.
    int percent_on_first_isp = 0;
};

constexpr int copies = 3;

NodeId node_name(int number);
InstanceName instance_name(int number);
// Accounts, ISPs, sites, boxes (all Online) and the release "echo": as one decision.
master::Changes world(const WorldShape& shape, Revision revision);
master::OrderInstance order(int number);

}  // namespace foyer::bench
