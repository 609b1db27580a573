// The firewall of a box: one nftables table, `inet foyer`, in the box's own network namespace. Pure
// text.
//
//   partition A ──▶ out_A ──▶ (tunnel)             out_X: only from X's own address, only to
//   members' replication ports partition A ──▶ out_A ──▶ in_B ──▶ partition B  in_X: replication
//   from members, web from proxies (tunnel)    ──▶ in_B ──▶ partition B (tunnel)    ──▶ (tunnel)
//   edges only
//   partition A ──▶ out_A ──▶ (tunnel)             mail, to the relay of an edge alone
// Everything else is dropped. A partition's chains are replaced in one transaction; nobody else's
// are touched. Before all of it stands the fence of leases, in input, output and forward (the sets
// are filled by lease_gate.h; a partition that is in none of them is not concerned):
//   fenced and not passing: every packet from or to the partition is dropped
//   fenced and not serving: gate_X drops what belongs to connections to X's web port
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/model/mail.h"

namespace foyer::agent {

inline constexpr int group_port = 7450;  // the mail of groups (group_post.h)

enum class BoxRole { Home, Edge };

struct PartitionWall {
    std::string link;                  // the box's end of the partition's cable, "p0a1b2c3d4e"
    std::string address;               // of the partition
    std::vector<std::string> members;  // addresses, its own may be among them
    std::vector<std::string> proxies;
    int replication_port = 0;  // 0: the release has none
    int web_port = 0;
    std::string mail_relay = {};  // empty: its release does not list it, or there is none
    bool operator==(const PartitionWall&) const = default;
};

// Tunnels are the interfaces whose names begin so.
inline constexpr const char* tunnel_prefix = "wg";

// The table, its two hooks and its dispatch; partitions' chains that are there stay. `mail_relay`:
// an address of this edge, which copies of all homes reach, and of its own with the source that is
// theirs. InvalidArgument: it is no IPv6 address.
Result<std::string> firewall_of_box(BoxRole role, const std::string& mail_relay = {});
// InvalidArgument when an address is not IPv6 or the link's name is impossible.
Result<std::string> firewall_of_partition(const PartitionWall& wall);
std::string firewall_without_partition(const std::string& link);

}  // namespace foyer::agent
