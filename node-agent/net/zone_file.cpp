#include "node-agent/net/zone_file.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>
#include <vector>

#include "common/base/text.h"

namespace foyer::agent {
namespace {

constexpr std::size_t label_max = 63;
constexpr std::size_t zone_name_max = 200;  // room for "<node>.ns." before it, of 253

bool is_label(const std::string& text) {
    return !text.empty() && text.size() <= label_max && text.front() != '-' && text.back() != '-' &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

// The label of "acme.cloud.example.org" below "cloud.example.org".
std::optional<std::string> label_below(const std::string& name, const std::string& zone) {
    if (!name.ends_with("." + zone)) return std::nullopt;
    const std::string label = name.substr(0, name.size() - zone.size() - 1);
    return is_label(label) ? std::optional(label) : std::nullopt;
}

std::string address_record(const std::string& owner, const std::string& address) {
    const char* const type = address.find(':') == std::string::npos ? " A " : " AAAA ";
    return owner + type + address + "\n";
}

std::optional<std::string> read_v4(const std::string& text) {
    in_addr parsed = {};
    if (::inet_pton(AF_INET, text.c_str(), &parsed) != 1) return std::nullopt;
    const std::uint32_t number = ntohl(parsed.s_addr);
    const std::uint32_t first = number >> 24U;
    if (first == 0 || first == 127 || first >= 224) return std::nullopt;
    char shown[INET_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET, &parsed, shown, sizeof shown);
    return std::string(shown);
}

std::optional<std::string> read_v6(const std::string& text) {
    in6_addr parsed = {};
    if (::inet_pton(AF_INET6, text.c_str(), &parsed) != 1) return std::nullopt;
    // Loopback, unspecified, IPv4 in disguise; fe80::/10 means nothing elsewhere.
    static constexpr std::uint8_t zeros[10] = {};
    const bool within = std::memcmp(parsed.s6_addr, zeros, sizeof zeros) == 0;
    const bool link = parsed.s6_addr[0] == 0xfe && (parsed.s6_addr[1] & 0xc0U) == 0x80;
    if (within || link || parsed.s6_addr[0] == 0xff) return std::nullopt;
    char shown[INET6_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET6, &parsed, shown, sizeof shown);
    return std::string(shown);
}

// One string holds 255 letters, a record several.
std::string quoted_in_parts(const std::string& text) {
    constexpr std::size_t part_max = 250;
    std::string parts;
    for (std::size_t at = 0; at < text.size(); at += part_max)
        parts += (parts.empty() ? "\"" : " \"") + text.substr(at, part_max) + "\"";
    return parts;
}

// The key that receivers check mail of the names with, and what they shall do with mail that is not
// signed so: receivers look below each name, not below the zone.
std::string mail_records(const ZoneWish& wish) {
    if (!wish.mail_key) return {};
    const std::string& key = wish.mail_key->public_key;
    const bool odd = key.empty() || key.size() > 1'000 ||
                     key.find_first_not_of(
                         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") !=
                         std::string::npos;
    if (odd || !is_label(wish.mail_key->selector)) return {};
    std::string text = wish.mail_key->selector + "._domainkey TXT " +
                       quoted_in_parts("v=DKIM1; k=rsa; p=" + key) + "\n";
    std::size_t named = 0;
    for (const std::string& name : wish.names) {
        const auto label = label_below(name, wish.zone);
        if (!label) continue;
        if (++named > zone_names_max) break;
        text += "_dmarc." + *label + " TXT \"v=DMARC1; p=reject\"\n";
    }
    return text;
}

}  // namespace

bool is_zone_name(const std::string& text) {
    const auto labels = split(text, '.');
    return !text.empty() && text.size() <= zone_name_max && text.back() != '.' &&
           std::ranges::all_of(labels, is_label);
}

std::optional<std::string> read_public_address(const std::string& text) {
    // inet_pton stops at a zero byte; what stands behind it would go on unread.
    if (text.find('\0') != std::string::npos) return std::nullopt;
    const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
    if (bracketed) return read_v6(text.substr(1, text.size() - 2));
    const auto four = read_v4(text);
    return four ? four : read_v6(text);
}

Result<std::string> zone_file(const ZoneWish& wish, std::uint32_t serial) {
    if (!is_zone_name(wish.zone))
        return error(ErrorCode::InvalidArgument, "'" + wish.zone + "' is not a DNS zone");
    std::vector<ZoneEdge> edges;
    for (const ZoneEdge& edge : wish.edges) {
        const auto address = read_public_address(edge.address);
        if (is_label(edge.node.str()) && address)
            edges.push_back({edge.node, *address, edge.lives});
    }
    if (std::ranges::none_of(edges, [](const ZoneEdge& edge) { return edge.lives; }))
        return error(ErrorCode::FailedPrecondition,
                     "no edge that lives has a name and an address for zone '" + wish.zone + "'");
    const std::string ttl = std::to_string(zone_ttl_s);
    std::string text = "$ORIGIN " + wish.zone + ".\n$TTL " + ttl + "\n@ SOA " +
                       edges.front().node.str() + ".ns hostmaster " + std::to_string(serial) +
                       " 300 60 86400 " + std::to_string(zone_negative_ttl_s) + "\n";
    for (const ZoneEdge& edge : edges) text += "@ NS " + edge.node.str() + ".ns\n";
    for (const ZoneEdge& edge : edges)
        text += address_record(edge.node.str() + ".ns", edge.address);
    std::size_t named = 0;
    for (const std::string& name : wish.names) {
        const auto label = label_below(name, wish.zone);
        if (!label) continue;
        if (++named > zone_names_max) break;
        for (const ZoneEdge& edge : edges)
            if (edge.lives) text += address_record(*label, edge.address);
    }
    return text + mail_records(wish);
}

std::uint32_t next_serial(std::uint32_t last, WallTime now) {
    const auto clock = static_cast<std::uint32_t>(now.unix_ms / 1000);
    const bool later = last == 0 || static_cast<std::int32_t>(clock - last) > 0;
    const std::uint32_t next = later ? clock : last + 1;
    return next == 0 ? 1 : next;
}

}  // namespace foyer::agent
