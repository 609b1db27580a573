// Where a call comes from, as logins are counted by, the same at both doors: an IPv4 address, or
// the first 64 bits of an IPv6 one, which a home has to itself. Pure.
#pragma once

#include <string>

namespace foyer::master {

// `address` as inet_ntop writes it; an IPv4 one in IPv6 clothes is that. What is none is left as it
// is.
std::string source_of(const std::string& address);

// Of gRPC's name of a peer: "ipv4:203.0.113.9:40122", "ipv6:%5B2001:db8::1%5D:40122".
std::string source_of_peer(const std::string& peer);

// The whole address of such a peer, as inet_ntop writes it.
std::string address_of_peer(const std::string& peer);

}  // namespace foyer::master
