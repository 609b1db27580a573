#include "node-agent/domain/zone_plan.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

const NodeId self("lille-1");
const NodeId other("paris-1");

// Good enough here: digits, dots and colons.
std::optional<std::string> plain(const std::string& text) {
    if (text.empty() || text.find_first_not_of("0123456789abcdef.:[]") != std::string::npos)
        return std::nullopt;
    return text;
}

OverlayPeer peer(const NodeId& node, bool edge, const std::string& endpoint) {
    OverlayPeer made;
    made.node = node;
    made.edge = edge;
    made.endpoint = endpoint;
    return made;
}

KnownEdges two_edges() {
    return {.addresses = {{self, "198.18.1.11"}, {other, "198.18.2.11"}}, .unnamed = {}};
}

std::set<NodeId> living(const std::optional<ZoneWish>& wish) {
    std::set<NodeId> found;
    for (const ZoneEdge& edge : wish.value().edges)
        if (edge.lives) found.insert(edge.node);
    return found;
}

EdgeLife alive() { return heard({}, true, {}); }
EdgeLife dead() { return heard({}, false, {}); }

}  // namespace

TEST_CASE("the first answer decides, later ones only when they repeat") {
    const EdgeLifeRules rules{.dead_after = 3, .back_after = 2};
    EdgeLife life = heard({}, true, rules);
    CHECK(life.lives);
    CHECK_FALSE(heard({}, false, rules).lives);
    for (int silent = 0; silent < 2; ++silent) life = heard(life, false, rules);
    CHECK(life.lives);
    life = heard(life, true, rules);
    for (int silent = 0; silent < 2; ++silent) life = heard(life, false, rules);
    CHECK(life.lives);
    life = heard(life, false, rules);
    CHECK_FALSE(life.lives);
    life = heard(life, true, rules);
    CHECK_FALSE(life.lives);
    life = heard(life, true, rules);
    CHECK(life.lives);
}

TEST_CASE("names below localhost are nobody's to answer for") {
    CHECK_FALSE(is_answerable_zone(""));
    CHECK_FALSE(is_answerable_zone("localhost"));
    CHECK_FALSE(is_answerable_zone("foyer.localhost"));
    CHECK(is_answerable_zone("cloud.example.org"));
    CHECK(is_answerable_zone("localhost.example.org"));
}

TEST_CASE("the edges are this box and its neighbours that are edges") {
    NodeSettings settings;
    settings.public_address = "198.18.1.11";
    const std::map<NodeId, OverlayPeer> peers = {
        {other, peer(other, true, "[2001:db8::1]:51820")},
        {NodeId("lyon-1"), peer(NodeId("lyon-1"), false, "")},
        {NodeId("aix-1"), peer(NodeId("aix-1"), true, "edge.example.org:51820")}};
    const KnownEdges known = known_edges(self, settings, peers, plain);
    CHECK(known.addresses ==
          std::map<NodeId, std::string>{{self, "198.18.1.11"}, {other, "[2001:db8::1]"}});
    CHECK(known.unnamed == std::vector<NodeId>{NodeId("aix-1")});
    CHECK(zone_problem(self, known).find("edge 'aix-1' is left out") != std::string::npos);
    CHECK(zone_problem(self, two_edges()).empty());
}

TEST_CASE("an older master tells no address of this box") {
    const KnownEdges known =
        known_edges(self, {}, {{other, peer(other, true, "198.18.2.11:51820")}}, plain);
    CHECK(known.unnamed == std::vector<NodeId>{self});
    CHECK(zone_problem(self, known).starts_with("this edge is left out"));
}

TEST_CASE("no more edges are named than an answer can hold") {
    NodeSettings settings;
    settings.public_address = "10.0.0.1";
    std::map<NodeId, OverlayPeer> peers;
    for (int number = 10; number < 30; ++number) {
        const NodeId node("edge-" + std::to_string(number));
        peers[node] = peer(node, true, "10.0.1." + std::to_string(number) + ":51820");
    }
    const KnownEdges known = known_edges(self, settings, peers, plain);
    CHECK(known.addresses.size() == edges_in_zone_max);
    CHECK(known.addresses.begin()->first == NodeId("edge-10"));
    CHECK(known.left_out == 8);
    CHECK(zone_problem(self, known).starts_with("8 edges are left out"));
}

TEST_CASE("names point to edges that live; all are name servers") {
    const auto wish = plan_zone(self, "cloud.example.org", two_edges(),
                                {{self, alive()}, {other, dead()}}, {"acme.cloud.example.org"});
    CHECK(living(wish) == std::set<NodeId>{self});
    CHECK(wish->edges.size() == 2);
    CHECK(wish->names == std::set<std::string>{"acme.cloud.example.org"});
    // Its own proxy is down: it sends everybody to the other.
    CHECK(living(plan_zone(self, "z", two_edges(), {{self, dead()}, {other, alive()}}, {})) ==
          std::set<NodeId>{other});
}

TEST_CASE("the answer is never empty") {
    CHECK(living(plan_zone(self, "z", two_edges(), {}, {})) == std::set<NodeId>{self});
    CHECK(living(plan_zone(self, "z", two_edges(), {{self, dead()}, {other, dead()}}, {})) ==
          std::set<NodeId>{self});
    KnownEdges others = two_edges();
    others.addresses.erase(self);
    others.addresses[NodeId("aix-1")] = "198.18.3.11";
    CHECK(living(plan_zone(self, "z", others, {{other, dead()}}, {})) ==
          std::set<NodeId>{NodeId("aix-1"), other});
    CHECK_FALSE(plan_zone(self, "z", {}, {}, {}).has_value());
}
