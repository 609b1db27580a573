// What an edge answers for the zone of the cloud: which edges there are, and which of them live.
// Pure.
//
//   asked, answered: lives        asked, silent `dead_after` times in a row: lives no more
//   silent, then answers `back_after` times in a row: lives again
//
// Edges ask each other, whether or not the master is there: the master says which edges there are.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/model/assignment.h"

namespace foyer::agent {

// An edge as the zone names it.
struct ZoneEdge {
    NodeId node;
    std::string address;  // IPv4 or IPv6, without brackets
    bool lives = false;   // the names point to it
    friend bool operator==(const ZoneEdge&, const ZoneEdge&) = default;
};

// What the zone should say.
struct ZoneWish {
    std::string zone;             // "cloud.example.org"
    std::vector<ZoneEdge> edges;  // all of them are name servers; at least one lives
    std::set<std::string> names;  // hostnames that are served
    // What mail of these names is signed with; absent: none is sent.
    struct MailKey {
        std::string selector;
        std::string public_key;  // base64
        friend bool operator==(const MailKey&, const MailKey&) = default;
    };
    std::optional<MailKey> mail_key = {};
    friend bool operator==(const ZoneWish&, const ZoneWish&) = default;
};

// Names below "localhost" are nobody's to answer for (RFC 6761): a cloud that has no other zone has
// no name server.
bool is_answerable_zone(const std::string& zone);

struct EdgeLifeRules {
    int dead_after = 3;
    int back_after = 2;
};

// What is known of one edge. The first answer decides at once.
struct EdgeLife {
    bool asked = false;
    bool lives = false;
    int against = 0;  // answers in a row that speak against `lives`
    friend bool operator==(const EdgeLife&, const EdgeLife&) = default;
};
EdgeLife heard(EdgeLife life, bool answered, const EdgeLifeRules& rules);

// An address in its one text, or nothing where the text is none.
using ReadAddress = std::function<std::optional<std::string>(const std::string&)>;

struct KnownEdges {
    std::map<NodeId, std::string> addresses;  // at most edges_in_zone_max, the first by name
    std::vector<NodeId> unnamed;              // without an address that a zone could hold
    std::size_t left_out = 0;                 // too many
    friend bool operator==(const KnownEdges&, const KnownEdges&) = default;
};
// Answers with more addresses would not fit into one datagram.
inline constexpr std::size_t edges_in_zone_max = 13;

// This box, and its neighbours that are edges.
KnownEdges known_edges(const NodeId& self, const NodeSettings& settings,
                       const std::map<NodeId, OverlayPeer>& peers, const ReadAddress& read);

// Nobody lives as far as this edge knows: it names itself; without an address of its own, everybody
// rather than nobody. Nothing: no edge has an address.
std::optional<ZoneWish> plan_zone(const NodeId& self, const std::string& zone,
                                  const KnownEdges& edges, const std::map<NodeId, EdgeLife>& lives,
                                  const std::set<std::string>& names);

// As the master told it; absent: it did not.
std::optional<ZoneWish::MailKey> mail_key_of(const NodeSettings& settings);

// For people: which edges the zone does not name, and why. Empty: all are in it.
std::string zone_problem(const NodeId& self, const KnownEdges& edges);

}  // namespace foyer::agent
