#include "node-agent/net/partition_net.h"

#include <algorithm>

namespace foyer::agent {

namespace {

// Link-local, the same on every cable: the two ends of a partition's world.
constexpr const char* box_end = "fe80::1";
constexpr const char* partition_end = "fe80::2";

Status lay_cable(const Netns& box, const Netns& partition, const std::string& link) {
    if (box.has_link(link) && partition.has_link("eth0")) return ok_status();
    if (box.has_link(link)) TRY(box.ip({"link del dev " + link}));
    TRY(box.ip({"link add name " + link + " type veth peer name eth0 netns " + partition.file(),
                "link set dev " + link + " addrgenmode none",
                "address replace " + std::string(box_end) + "/64 dev " + link + " nodad",
                "link set dev " + link + " up"}));
    return partition.ip({"link set dev eth0 addrgenmode none", "link set dev eth0 up"});
}

// Of the cable's network the partition sees the other end alone. The kernel keeps all it looks for
// on all cables of the machine in one small table (a thousand): a tenant with a whole network to
// look for would fill it, and the host would find nobody.
Status address_partition(const Netns& partition, const std::string& address) {
    return partition.ip(
        {"address replace " + std::string(partition_end) + "/64 dev eth0 nodad noprefixroute",
         "route replace " + std::string(box_end) + "/128 dev eth0",
         "address replace " + address + "/128 dev eth0 nodad"});
}

// Routes to exactly these; others that were there go.
Status set_routes(const Netns& partition, const PartitionWall& wall) {
    std::vector<std::string> wanted = wall.members;
    wanted.insert(wanted.end(), wall.proxies.begin(), wall.proxies.end());
    if (!wall.mail_relay.empty()) wanted.push_back(wall.mail_relay);
    std::vector<std::string> lines;
    for (const std::string& address : wanted)
        if (address != wall.address)
            lines.push_back("route replace " + address + "/128 via " + box_end + " dev eth0 src " +
                            wall.address + " proto 99");
    std::string now = TRY(partition.run({"ip", "-6", "route", "show", "proto", "99"}));
    for (std::size_t start = 0; start < now.size();) {
        const std::string address = now.substr(start, now.find_first_of(" \n", start) - start);
        if (!address.empty() && std::find(wanted.begin(), wanted.end(), address) == wanted.end())
            lines.push_back("route del " + address + " proto 99");
        const std::size_t end = now.find('\n', start);
        start = end == std::string::npos ? now.size() : end + 1;
    }
    return lines.empty() ? ok_status() : partition.ip(lines);
}

}  // namespace

std::string link_name(const std::string& partition_hash) {
    return "p" + partition_hash.substr(0, 10);
}

Status ensure_box_net(const Netns& box, BoxRole role, const std::string& mail_relay) {
    const std::string rules = TRY(firewall_of_box(role, mail_relay));
    TRY(box.ensure());
    TRY(box.nft(rules));
    // Forwarding only once the firewall stands.
    return box.set_kernel("net.ipv6.conf.all.forwarding", "1");
}

Status ensure_partition_net(const Netns& box, const Netns& partition, const PartitionWall& wall) {
    const std::string rules = TRY(firewall_of_partition(wall));
    TRY(partition.ensure());
    TRY(box.nft(rules));  // before the cable: it is never open, not for a moment
    TRY(lay_cable(box, partition, wall.link));
    TRY(address_partition(partition, wall.address));
    TRY(box.ip({"route replace " + wall.address + "/128 dev " + wall.link}));
    return set_routes(partition, wall);
}

Status remove_partition_net(const Netns& box, const Netns& partition, const std::string& link) {
    if (box.exists()) {
        if (box.has_link(link)) TRY(box.ip({"link del dev " + link}));
        TRY(box.nft(firewall_without_partition(link)));
    }
    return partition.remove();
}

}  // namespace foyer::agent
