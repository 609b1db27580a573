// What WireGuard is told, and what it answers. Pure text.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/model/assignment.h"

namespace foyer::agent {

struct WgPeer {
    WgPublicKey key;
    std::string endpoint;  // empty: it dials us
    std::vector<std::string> allowed;
    int keepalive_s = 0;
};

struct WgInterface {
    std::string private_key;  // base64: the text is a secret
    int listen_port = 0;      // 0: any
    std::vector<WgPeer> peers;
};

// For `wg syncconf`. InvalidArgument for a key, endpoint or prefix that could say something else to
// wg.
Result<std::string> wg_config(const WgInterface& wish);

// `wg show IF latest-handshakes`: key -> Unix time of the last handshake; keys that never had one
// are absent.
std::map<WgPublicKey, std::int64_t> parse_handshakes(const std::string& text);

// The box's own address on the overlay: the first of its /64. "fd50:f0e:1:a::/64" ->
// "fd50:f0e:1:a::".
Result<std::string> first_address(const std::string& prefix);

// The longest of a peer's prefixes: an edge's own network, where it may also speak for the whole
// cluster.
std::optional<std::string> own_prefix(const OverlayPeer& peer);

}  // namespace foyer::agent
