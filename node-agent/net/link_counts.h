// What the kernel counted of the links in a network namespace, asked over netlink: no program is
// run, so it may be asked each second.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "node-agent/domain/traffic_book.h"

namespace foyer::agent {

struct LinkCount {
    std::int64_t number = 0;  // the link's index: another one of that name has another
    std::string kind;         // "wireguard", "tun", …
    std::int64_t sent_bytes = 0;
    std::int64_t sent_packets = 0;
    std::int64_t received_bytes = 0;
    std::int64_t received_packets = 0;
    friend bool operator==(const LinkCount&, const LinkCount&) = default;
};

// Most that one packet grows by on the line: WireGuard 32 bytes, UDP 8, IPv6 40. (IPv4: 20 less.)
inline constexpr int line_overhead_bytes = 80;

// As it travels on the line. The kernel's WireGuard counts some of what it adds itself,
// wireguard-go's device none.
DeviceCount line_count(const LinkCount& link);

// By name. NotFound: no such namespace.
Result<std::map<std::string, LinkCount>> read_links(const std::string& netns_file);

// One piece of the kernel's answer. Whether it was the last one; Internal: the kernel refused.
Result<bool> parse_links(std::string_view answer, std::map<std::string, LinkCount>& links);

}  // namespace foyer::agent
