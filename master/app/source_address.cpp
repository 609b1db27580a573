#include "master/app/source_address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <string_view>

namespace foyer::master {
namespace {

// An address of IPv4 that came through a socket of IPv6 ("::ffff:192.0.2.1") is one of IPv4.
std::string unmapped(const std::string& address) {
    in6_addr bytes{};
    if (::inet_pton(AF_INET6, address.c_str(), &bytes) != 1 || !IN6_IS_ADDR_V4MAPPED(&bytes))
        return address;
    std::array<char, INET_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET, &bytes.s6_addr[12], text.data(), text.size());
    return text.data();
}

}  // namespace

std::string source_of(const std::string& address) {
    in6_addr bytes{};
    const std::string plain = unmapped(address);
    if (::inet_pton(AF_INET6, plain.c_str(), &bytes) != 1) return plain;
    std::array<char, INET6_ADDRSTRLEN> text{};
    std::fill(std::begin(bytes.s6_addr) + 8, std::end(bytes.s6_addr), std::uint8_t{0});
    ::inet_ntop(AF_INET6, &bytes, text.data(), text.size());
    return std::string(text.data()) + "/64";
}

std::string address_of_peer(const std::string& peer) {
    constexpr std::string_view begin = "%5B";
    constexpr std::string_view end = "%5D";
    const auto colon = peer.find(':');
    if (colon == std::string::npos) return peer;
    std::string address = peer.substr(colon + 1);
    address.erase(std::min(address.rfind(':'), address.size()));  // the port
    if (address.starts_with(begin) && address.ends_with(end))
        address = address.substr(begin.size(), address.size() - begin.size() - end.size());
    return unmapped(address);
}

std::string source_of_peer(const std::string& peer) { return source_of(address_of_peer(peer)); }

}  // namespace foyer::master
