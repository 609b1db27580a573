// Where a connection comes from, as logins are counted by: an IPv4 address, or the first 64 bits of
// an IPv6 one, which a home has to itself. Pure.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>

namespace foyer::master {

inline std::string source_of(const boost::asio::ip::address& address) {
    namespace ip = boost::asio::ip;
    if (address.is_v4()) return address.to_string();
    const ip::address_v6 v6 = address.to_v6();
    if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6).to_string();
    ip::address_v6::bytes_type bytes = v6.to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace foyer::master
