#include "node-agent/net/cap_scripts.h"

#include <algorithm>

#include "common/base/check.h"
#include "node-agent/net/firewall.h"
#include "node-agent/net/link_counts.h"

namespace foyer::agent {

namespace {

constexpr std::int64_t packet_bytes = 1'600;
// nft counts no overhead, and senders whose packets are dropped send small ones.
constexpr int dropped_percent = 85;
constexpr const char* table = "foyer_caps";

std::string number(std::int64_t value) { return std::to_string(value); }

std::int64_t bytes_in(std::int64_t kbit, std::int64_t ms) { return kbit * ms / 8; }

std::string htb_class(const char* verb, const Shape& shape, const char* parent, const char* id,
                      std::int64_t kbit, std::int64_t most, const char* more) {
    const std::int64_t burst = std::max(2 * packet_bytes, bytes_in(most, 5));
    return std::string("class ") + verb + " dev " + cap_device(shape.side) + " parent " + parent +
           " classid " + id + " htb rate " + number(kbit) + "kbit ceil " + number(most) +
           "kbit burst " + number(burst) + " cburst " + number(burst) + " overhead " +
           number(line_overhead_bytes) + " quantum " + number(packet_bytes) + more + "\n";
}

// The first class keeps a tenth for itself and never takes more than a quarter.
std::string classes(const char* verb, const Shape& shape) {
    const std::int64_t all = shape.rate.count();
    const std::int64_t first = std::clamp<std::int64_t>(all / 10, 20, 2'000);
    return htb_class(verb, shape, "1:", "1:1", all, all, "") +
           htb_class(verb, shape, "1:1", "1:10", first, std::max(first, all / 4), " prio 0") +
           htb_class(verb, shape, "1:1", "1:20", all - first, all, " prio 1");
}

// Much faster than the cap: of tbf only this is wanted, that it takes bundles of packets (GSO)
// apart, so that the cap counts what each of them grows by, and a short queue has room for some.
std::string queue(const char* verb, const Shape& shape) {
    const std::int64_t kbit = shape.rate.count();
    const std::int64_t limit =
        std::clamp<std::int64_t>(bytes_in(kbit, 100), 40 * packet_bytes, 4'000'000);
    return std::string("qdisc ") + verb + " dev " + cap_device(shape.side) +
           " parent 1:20 handle 20: tbf rate " +
           number(std::max<std::int64_t>(1'000'000, 2 * kbit)) + "kbit burst " +
           number(2 * packet_bytes) + " limit " + number(limit) + "\n";
}

}  // namespace

std::string cap_device(LineSide side) {
    switch (side) {
        case LineSide::Up: return "capup";
        case LineSide::Down: return "capdown";
    }
    CHECK(false);
}

std::string shape_anew(const Shape& shape) {
    const std::string device = cap_device(shape.side);
    const std::string filter = "filter add dev " + device + " parent 1: protocol ipv6 prio ";
    return "qdisc add dev " + device + " root handle 1: htb default 20\n" + classes("add", shape) +
           "qdisc add dev " + device + " parent 1:10 handle 10: bfifo limit 32000\n" +
           queue("add", shape) +  //
           filter + "1 u32 match u8 58 0xff at 6 flowid 1:10\n" + filter +
           "2 u32 match u8 17 0xff at 6 match u16 " + number(group_port) +
           " 0xffff at 42 flowid 1:10\n";
}

std::string shape_changed(const Shape& shape) {
    return classes("change", shape) + queue("change", shape);
}

std::string fair_queue(LineSide side) {
    return "qdisc add dev " + cap_device(side) + " parent 20:1 handle 21: fq_codel\n";
}

std::string lead_through(const std::string& tunnel, const LineCaps& caps) {
    const std::string filter = "filter add dev " + tunnel;
    const std::string all =
        " protocol all prio 1 u32 match u32 0 0 action mirred egress redirect dev ";
    std::string lines = "qdisc add dev " + tunnel + " clsact\n";
    if (caps.upload) lines += filter + " egress" + all + cap_device(LineSide::Up) + "\n";
    if (caps.download) lines += filter + " ingress" + all + cap_device(LineSide::Down) + "\n";
    return lines;
}

std::string drop_nothing() {
    return std::string("add table inet ") + table + "\ndelete table inet " + table + "\n";
}

std::string drop_excess(const LineCaps& caps) {
    const std::string tunnels = "\"" + std::string(tunnel_prefix) + "*\"";
    const auto chain = [&](const char* name, const char* hook, const char* side,
                           KbitPerSecond cap) {
        const std::int64_t bytes = bytes_in(cap.count(), 1'000) * dropped_percent / 100;
        return std::string("  chain ") + name + " {\n    type filter hook " + hook +
               " priority -160; policy accept;\n    " + side + " != " + tunnels +
               " accept\n    icmpv6 type { echo-request, echo-reply } accept\n    udp dport " +
               number(group_port) + " accept\n    limit rate over " + number(bytes) +
               " bytes/second burst " + number(std::max(10 * packet_bytes, bytes / 20)) +
               " bytes drop\n  }\n";
    };
    std::string lines = drop_nothing() + "table inet " + table + " {\n";
    if (caps.upload) lines += chain("up", "postrouting", "oifname", *caps.upload);
    if (caps.download) lines += chain("down", "prerouting", "iifname", *caps.download);
    return lines + "}\n";
}

}  // namespace foyer::agent
