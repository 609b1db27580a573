#include "node-agent/net/firewall.h"

#include <algorithm>
#include <utility>

#include "node-agent/net/ipv6.h"

namespace foyer::agent {

namespace {

bool is_link_name(const std::string& name) {
    return !name.empty() && name.size() <= 15 &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string::npos;
}

Status check_addresses(const std::vector<std::string>& addresses) {
    for (const std::string& address : addresses)
        if (!is_ipv6(address))
            return error(ErrorCode::InvalidArgument, "'" + address + "' is not an IPv6 address");
    return ok_status();
}

std::string set_of(std::vector<std::string> addresses) {
    std::sort(addresses.begin(), addresses.end());
    addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
    std::string text = "{ ";
    for (const std::string& address : addresses) text += (text.size() > 2 ? ", " : "") + address;
    return text + " }";
}

// Before any rule for established connections, and in all three hooks: the proxy of an edge that
// hosts partitions speaks to them from the box's own namespace. The sets are filled by LeaseGate;
// making the table anew leaves what is in them. Neighbours must find each other whatever is shut,
// or the first packets after a fence was lifted would be lost to the search.
std::string lease_fence() {
    return "add set inet foyer fenced { type ifname; }\n"
           "add set inet foyer passing { type ifname; flags timeout; }\n"
           "add set inet foyer serving { type ifname; flags timeout; }\n"
           "add map inet foyer gates { type ifname : verdict; }\n"
           "add chain inet foyer fence\n"
           "flush chain inet foyer fence\n"
           "add rule inet foyer fence icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } "
           "return\n"
           "add rule inet foyer fence iifname @fenced iifname != @passing drop\n"
           "add rule inet foyer fence oifname @fenced oifname != @passing drop\n"
           "add rule inet foyer fence iifname @fenced iifname != @serving iifname vmap @gates\n"
           "add rule inet foyer fence oifname @fenced oifname != @serving oifname vmap @gates\n";
}

// What a shut gate stops: requests on their way in, and answers of connections to that port on
// their way out. A connection of the partition's own that happens to leave by that port passes.
std::string gate_of(const PartitionWall& wall) {
    const std::string chain = "gate_" + wall.link;
    std::string rules =
        "add chain inet foyer " + chain + "\nflush chain inet foyer " + chain + "\n";
    if (wall.web_port != 0) {
        const std::string port = std::to_string(wall.web_port);
        rules += "add rule inet foyer " + chain + " oifname " + wall.link + " tcp dport " + port +
                 " drop\n";
        rules += "add rule inet foyer " + chain + " iifname " + wall.link +
                 " ct direction reply tcp sport " + port + " drop\n";
    }
    return rules + "add element inet foyer gates { \"" + wall.link + "\" : jump " + chain + " }\n";
}

}  // namespace

Result<std::string> firewall_of_box(BoxRole role, const std::string& mail_relay) {
    if (!mail_relay.empty()) TRY(check_addresses({mail_relay}));
    const std::string tunnels = "\"" + std::string(tunnel_prefix) + "*\"";
    std::string rules =
        "add table inet foyer\n"
        "add map inet foyer leaving { type ifname : verdict; }\n"
        "add map inet foyer entering { type ifname : verdict; }\n"
        "add chain inet foyer input { type filter hook input priority filter; policy drop; }\n"
        "add chain inet foyer forward { type filter hook forward priority filter; policy drop; }\n"
        "add chain inet foyer output { type filter hook output priority filter; policy accept; }\n"
        "flush chain inet foyer input\n"
        "flush chain inet foyer forward\n"
        "flush chain inet foyer output\n" +
        lease_fence() +
        "add rule inet foyer input iif lo accept\n"
        "add rule inet foyer input icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept\n"
        "add rule inet foyer input jump fence\n"
        "add rule inet foyer output jump fence\n"
        "add rule inet foyer forward jump fence\n"
        "add rule inet foyer input ct state established,related accept\n"
        "add rule inet foyer input iifname " +
        tunnels + " icmpv6 type echo-request accept\n" + "add rule inet foyer input iifname " +
        tunnels + " udp dport " + std::to_string(group_port) + " accept\n";
    if (!mail_relay.empty()) {
        const std::string mail = "add rule inet foyer input ip6 daddr " + mail_relay +
                                 " tcp dport " + std::to_string(mail_port);
        rules += mail + " iifname vmap @leaving\n" + mail + " accept\n";
    }
    // Through an edge only one direction of a connection may pass, so no state is asked for there.
    if (role == BoxRole::Edge)
        rules +=
            "add rule inet foyer forward iifname " + tunnels + " oifname " + tunnels + " accept\n";
    rules +=
        "add rule inet foyer forward ct state established,related accept\n"
        "add rule inet foyer forward ct state invalid drop\n"
        "add rule inet foyer forward iifname vmap @leaving\n"
        "add rule inet foyer forward oifname vmap @entering\n"
        "add rule inet foyer forward iifname != " +
        tunnels + " oifname " + tunnels + " accept\n";
    return rules;
}

Result<std::string> firewall_of_partition(const PartitionWall& wall) {
    if (!is_link_name(wall.link))
        return error(ErrorCode::InvalidArgument, "'" + wall.link + "' cannot name a link");
    TRY(check_addresses({wall.address}));
    TRY(check_addresses(wall.members));
    TRY(check_addresses(wall.proxies));
    const std::string in = "in_" + wall.link;
    const std::string out = "out_" + wall.link;
    std::string rules;
    for (const std::string& chain : {in, out})
        rules += "add chain inet foyer " + chain + "\nflush chain inet foyer " + chain + "\n";
    if (wall.replication_port != 0 && !wall.members.empty()) {
        const std::string port = " tcp dport " + std::to_string(wall.replication_port);
        rules += "add rule inet foyer " + out + " ip6 saddr " + wall.address + " ip6 daddr " +
                 set_of(wall.members) + port + " return\n";
        rules += "add rule inet foyer " + in + " ip6 daddr " + wall.address + " ip6 saddr " +
                 set_of(wall.members) + port + " accept\n";
    }
    if (wall.web_port != 0 && !wall.proxies.empty())
        rules += "add rule inet foyer " + in + " ip6 daddr " + wall.address + " ip6 saddr " +
                 set_of(wall.proxies) + " tcp dport " + std::to_string(wall.web_port) + " accept\n";
    if (!wall.mail_relay.empty()) {
        TRY(check_addresses({wall.mail_relay}));
        rules += "add rule inet foyer " + out + " ip6 saddr " + wall.address + " ip6 daddr " +
                 wall.mail_relay + " tcp dport " + std::to_string(mail_port) + " return\n";
    }
    rules += gate_of(wall);
    rules += "add rule inet foyer " + out + " drop\nadd rule inet foyer " + in + " drop\n";
    rules += "add element inet foyer leaving { \"" + wall.link + "\" : jump " + out + " }\n";
    rules += "add element inet foyer entering { \"" + wall.link + "\" : jump " + in + " }\n";
    return rules;
}

std::string firewall_without_partition(const std::string& link) {
    // Added first, so that removing what is not there is no error.
    std::string rules;
    const std::pair<std::string, std::string> sides[] = {
        {"in_", "entering"}, {"out_", "leaving"}, {"gate_", "gates"}};
    for (const auto& [side, map] : sides) {
        const std::string chain = side + link;
        rules += "add chain inet foyer " + chain + "\n";
        rules += "add element inet foyer " + map + " { \"" + link + "\" : jump " + chain + " }\n";
        rules += "delete element inet foyer " + map + " { \"" + link + "\" }\n";
        rules += "delete chain inet foyer " + chain + "\n";
    }
    for (const char* set : {"fenced", "passing", "serving"}) {
        for (const char* verb : {"add", "delete"})
            rules.append(verb).append(" element inet foyer ").append(set).append(" { \"") +=
                link + "\" }\n";
    }
    return rules;
}

}  // namespace foyer::agent
