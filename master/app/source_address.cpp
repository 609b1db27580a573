#include "master/app/source_address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <string_view>

namespace foyer::master {

std::string source_of(const std::string& address) {
    in6_addr bytes{};
    if (::inet_pton(AF_INET6, address.c_str(), &bytes) != 1) return address;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (IN6_IS_ADDR_V4MAPPED(&bytes)) {
        ::inet_ntop(AF_INET, &bytes.s6_addr[12], text.data(), text.size());
        return text.data();
    }
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
    in6_addr bytes{};
    const bool mapped =
        ::inet_pton(AF_INET6, address.c_str(), &bytes) == 1 && IN6_IS_ADDR_V4MAPPED(&bytes);
    return mapped ? source_of(address) : address;
}

std::string source_of_peer(const std::string& peer) { return source_of(address_of_peer(peer)); }

}  // namespace foyer::master
