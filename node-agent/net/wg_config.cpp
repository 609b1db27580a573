#include "node-agent/net/wg_config.h"

#include <arpa/inet.h>
#include <sstream>

#include "common/base/text.h"
#include "common/tls/wireguard_key.h"
#include "node-agent/net/ipv6.h"

namespace foyer::agent {

namespace {

bool is_endpoint(const std::string& text) {
    return text.size() <= 300 && text.rfind(':') != std::string::npos &&
           text.find_first_not_of(
               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:-_[]") ==
               std::string::npos;
}

struct Prefix {
    std::string address;
    int length = 0;
};

std::optional<Prefix> parse_prefix(const std::string& text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) return std::nullopt;
    const auto length = parse_int(text.substr(slash + 1));
    const std::string address = text.substr(0, slash);
    if (!length || *length < 0 || *length > 128 || !is_ipv6(address)) return std::nullopt;
    return Prefix{address, static_cast<int>(*length)};
}

}  // namespace

Result<std::string> wg_config(const WgInterface& wish) {
    if (!tls::is_wireguard_key(wish.private_key))
        return error(ErrorCode::InvalidArgument, "the box's WireGuard key is damaged");
    std::string text = "[Interface]\nPrivateKey = " + wish.private_key + "\n";
    if (wish.listen_port != 0) text += "ListenPort = " + std::to_string(wish.listen_port) + "\n";
    for (const WgPeer& peer : wish.peers) {
        if (!tls::is_wireguard_key(peer.key.str()))
            return error(ErrorCode::InvalidArgument,
                         "'" + peer.key.str() + "' is not a WireGuard key");
        text += "[Peer]\nPublicKey = " + peer.key.str() + "\n";
        if (!peer.endpoint.empty()) {
            if (!is_endpoint(peer.endpoint))
                return error(ErrorCode::InvalidArgument,
                             "'" + peer.endpoint + "' is not an endpoint");
            text += "Endpoint = " + peer.endpoint + "\n";
        }
        if (peer.keepalive_s != 0)
            text += "PersistentKeepalive = " + std::to_string(peer.keepalive_s) + "\n";
        std::string allowed;
        for (const std::string& prefix : peer.allowed) {
            if (!parse_prefix(prefix))
                return error(ErrorCode::InvalidArgument, "'" + prefix + "' is not an IPv6 prefix");
            allowed += (allowed.empty() ? "" : ", ") + prefix;
        }
        if (!allowed.empty()) text += "AllowedIPs = " + allowed + "\n";
    }
    return text;
}

std::map<WgPublicKey, std::int64_t> parse_handshakes(const std::string& text) {
    std::map<WgPublicKey, std::int64_t> ages;
    std::istringstream lines(text);
    std::string key;
    std::int64_t time = 0;
    while (lines >> key >> time)
        if (time > 0) ages[WgPublicKey(key)] = time;
    return ages;
}

Result<std::string> first_address(const std::string& prefix) {
    const auto parsed = parse_prefix(prefix);
    if (!parsed) return error(ErrorCode::InvalidArgument, "'" + prefix + "' is not an IPv6 prefix");
    in6_addr address = {};
    ::inet_pton(AF_INET6, parsed->address.c_str(), &address);
    for (int bit = parsed->length; bit < 128; ++bit) {
        auto& byte = address.s6_addr[bit / 8];
        byte = static_cast<std::uint8_t>(byte & ~(0x80 >> (bit % 8)));
    }
    char text[INET6_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET6, &address, text, sizeof text);
    return std::string(text);
}

std::optional<std::string> own_prefix(const OverlayPeer& peer) {
    std::optional<std::string> best;
    int longest = -1;
    for (const std::string& text : peer.allowed) {
        const auto prefix = parse_prefix(text);
        if (prefix && prefix->length > longest) {
            longest = prefix->length;
            best = text;
        }
    }
    return best;
}

}  // namespace foyer::agent
