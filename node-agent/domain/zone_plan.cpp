#include "node-agent/domain/zone_plan.h"

#include <algorithm>

namespace foyer::agent {
namespace {

// "198.18.1.11:51820", "[2001:db8::1]:51820"
std::string host_of(const std::string& endpoint) { return endpoint.substr(0, endpoint.rfind(':')); }

}  // namespace

bool is_answerable_zone(const std::string& zone) {
    const std::string last = zone.substr(zone.rfind('.') + 1);
    return !zone.empty() && last != "localhost";
}

EdgeLife heard(EdgeLife life, bool answered, const EdgeLifeRules& rules) {
    if (!life.asked) return {.asked = true, .lives = answered, .against = 0};
    if (answered == life.lives) {
        life.against = 0;
        return life;
    }
    life.against += 1;
    if (life.against < (life.lives ? rules.dead_after : rules.back_after)) return life;
    return {.asked = true, .lives = answered, .against = 0};
}

KnownEdges known_edges(const NodeId& self, const NodeSettings& settings,
                       const std::map<NodeId, OverlayPeer>& peers, const ReadAddress& read) {
    std::map<NodeId, std::string> said = {{self, settings.public_address}};
    for (const auto& [node, peer] : peers)
        if (peer.edge && node != self) said[node] = host_of(peer.endpoint);
    KnownEdges known;
    for (const auto& [node, text] : said) {
        const auto address = read(text);
        if (!address)
            known.unnamed.push_back(node);
        else if (known.addresses.size() < edges_in_zone_max)
            known.addresses[node] = *address;
        else
            known.left_out += 1;
    }
    return known;
}

std::optional<ZoneWish> plan_zone(const NodeId& self, const std::string& zone,
                                  const KnownEdges& edges, const std::map<NodeId, EdgeLife>& lives,
                                  const std::set<std::string>& names) {
    if (edges.addresses.empty()) return std::nullopt;
    ZoneWish wish{.zone = zone, .edges = {}, .names = names};
    for (const auto& [node, address] : edges.addresses) {
        const auto life = lives.find(node);
        wish.edges.push_back({node, address, life != lives.end() && life->second.lives});
    }
    if (std::ranges::any_of(wish.edges, [](const ZoneEdge& edge) { return edge.lives; }))
        return wish;
    const bool named = edges.addresses.contains(self);
    for (ZoneEdge& edge : wish.edges) edge.lives = !named || edge.node == self;
    return wish;
}

std::optional<ZoneWish::MailKey> mail_key_of(const NodeSettings& settings) {
    if (!settings.mail_relay || settings.mail_relay->zone_public_key.empty()) return std::nullopt;
    return ZoneWish::MailKey{settings.mail_relay->zone_key.selector,
                             settings.mail_relay->zone_public_key};
}

std::string zone_problem(const NodeId& self, const KnownEdges& edges) {
    std::string problem;
    const auto say = [&](const std::string& more) {
        problem += (problem.empty() ? "" : "; ") + more;
    };
    for (const NodeId& node : edges.unnamed)
        say((node == self ? "this edge" : "edge '" + node.str() + "'") +
            " is left out: its public address is not told, or is a name; a zone needs an IPv4 or "
            "IPv6 address");
    if (edges.left_out > 0)
        say(std::to_string(edges.left_out) + " edges are left out: a zone names the first " +
            std::to_string(edges_in_zone_max));
    return problem;
}

}  // namespace foyer::agent
