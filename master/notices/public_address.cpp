#include "master/notices/public_address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>

#include "common/base/text.h"

namespace foyer::master {
namespace {

// Not of the public internet (IANA's registries of special addresses), and those that carry an
// IPv4 address inside, which would be called in the end.
constexpr std::array special{"0.0.0.0/8",      "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",
                             "169.254.0.0/16", "172.16.0.0/12",  "192.0.0.0/24",  "192.0.2.0/24",
                             "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
                             "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",   "::/96",
                             "64:ff9b::/96",   "64:ff9b:1::/48", "100::/64",      "2001::/23",
                             "2001:db8::/32",  "2002::/16",      "3fff::/20",     "5f00::/16",
                             "fc00::/7",       "fe80::/10",      "fec0::/10",     "ff00::/8"};

constexpr int mapped_bits = 96;

AddressBytes mapped(const std::uint8_t* ipv4) {
    AddressBytes bytes{};
    bytes[10] = bytes[11] = 0xff;
    std::copy_n(ipv4, 4, bytes.begin() + 12);
    return bytes;
}

bool holds(const Network& network, const AddressBytes& address) {
    const auto whole = static_cast<std::size_t>(network.bits / 8);
    if (!std::equal(address.begin(), address.begin() + whole, network.address.begin()))
        return false;
    const int rest = network.bits % 8;
    if (rest == 0) return true;
    const int mask = 0xff << (8 - rest) & 0xff;
    return ((address[whole] ^ network.address[whole]) & mask) == 0;
}

}  // namespace

Result<Network> parse_network(std::string_view text) {
    const Error bad =
        error(ErrorCode::InvalidArgument,
              "'" + std::string(text) + "' is no network; write it like 127.0.0.0/8 or fd00::/8");
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return bad;
    const auto bits = parse_int(text.substr(slash + 1));
    const std::string address(text.substr(0, slash));
    std::array<std::uint8_t, 16> bytes{};
    // inet_pton stops at a zero byte; what stands behind it would go on unread.
    if (!bits || *bits < 0 || address.find('\0') != std::string::npos) return bad;
    if (::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) {
        if (*bits > 32) return bad;
        return Network{mapped(bytes.data()), mapped_bits + static_cast<int>(*bits)};
    }
    if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1 || *bits > 128) return bad;
    return Network{bytes, static_cast<int>(*bits)};
}

Result<AddressRules> AddressRules::make(const std::vector<std::string>& allow,
                                        const std::vector<std::string>& refuse) {
    AddressRules rules;
    for (const std::string& text : allow) rules.allowed_.push_back(TRY(parse_network(text)));
    for (const std::string& text : refuse) rules.refused_.push_back(TRY(parse_network(text)));
    for (const char* text : special) rules.refused_.push_back(TRY(parse_network(text)));
    return rules;
}

bool AddressRules::may_call(const AddressBytes& address) const {
    const auto has_it = [&](const Network& network) { return holds(network, address); };
    return std::ranges::any_of(allowed_, has_it) || std::ranges::none_of(refused_, has_it);
}

bool AddressRules::may_call(const sockaddr& address) const {
    AddressBytes bytes{};
    if (address.sa_family == AF_INET) {
        sockaddr_in in4{};
        std::memcpy(&in4, &address, sizeof in4);
        bytes = mapped(reinterpret_cast<const std::uint8_t*>(&in4.sin_addr));
    } else if (address.sa_family == AF_INET6) {
        sockaddr_in6 in6{};
        std::memcpy(&in6, &address, sizeof in6);
        std::memcpy(bytes.data(), &in6.sin6_addr, bytes.size());
    } else {
        return false;
    }
    return may_call(bytes);
}

}  // namespace foyer::master
