// The network of one partition: a namespace with one address, a cable into the box's namespace,
// routes to its group and its edges, and its part of the firewall.
//
//   host's namespace        box's namespace                          partition's namespace
//   LAN, Internet ──(UDP)── wg…  ── forwarding, firewall ── p<hash> ═══ eth0 <address>/128
// The box's namespace has no cable to the host's LAN, only encrypted tunnels: what is not for a
// tunnel has nowhere to go.
#pragma once

#include <string>

#include "common/base/result.h"
#include "node-agent/net/firewall.h"
#include "node-agent/net/netns.h"

namespace foyer::agent {

// The name of the box's end of a partition's cable: "p" and ten digits of a hash of the name.
std::string link_name(const std::string& partition_hash);

// Makes the box's namespace: forwarding on, no route, everything dropped. `role` may change later.
Status ensure_box_net(const Netns& box, BoxRole role, const std::string& mail_relay = {});

// Makes or brings up to date; connections allowed before and after stay.
Status ensure_partition_net(const Netns& box, const Netns& partition, const PartitionWall& wall);
Status remove_partition_net(const Netns& box, const Netns& partition, const std::string& link);

}  // namespace foyer::agent
