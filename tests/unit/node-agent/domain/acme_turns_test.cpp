#include "node-agent/domain/acme_turns.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

constexpr WallTime noon{1'772'366'400'000};  // a whole number of turns of any length used here
const AcmeAccounts two = {{NodeId("aix-1"), "A"}, {NodeId("paris-1"), "P"}};
const TurnRules rules = turn_rules(Duration(60'000));

OverlayPeer edge(const std::string& name, const std::string& thumbprint) {
    OverlayPeer peer;
    peer.node = NodeId(name);
    peer.edge = true;
    peer.acme_thumbprint = thumbprint;
    return peer;
}

}  // namespace

TEST_CASE("edges take turns in the order of their names, by the clock alone") {
    const std::int64_t number = noon.unix_ms / 60'000;
    const std::size_t first = static_cast<std::size_t>(number % 2);
    CHECK(whose_turn(two, rules.turn, noon) == two[first]);
    CHECK(whose_turn(two, rules.turn, noon + Duration(59'999)) == two[first]);
    CHECK(whose_turn(two, rules.turn, noon + Duration(60'000)) == two[1 - first]);
    CHECK(whose_turn({}, rules.turn, noon) == std::nullopt);
}

TEST_CASE("an order fits well into a turn of its own, or is not begun") {
    const AcmeAccount own = *whose_turn(two, rules.turn, noon);
    CHECK_FALSE(time_to_order(two, own, rules, noon));
    CHECK_FALSE(time_to_order(two, own, rules, noon + rules.margin + Duration(-1)));
    CHECK(time_to_order(two, own, rules, noon + rules.margin) ==
          rules.turn - rules.margin - rules.margin);
    const WallTime last = noon + (rules.turn - rules.margin - rules.least);
    CHECK(time_to_order(two, own, rules, last) == rules.least);
    CHECK_FALSE(time_to_order(two, own, rules, last + Duration(1)));
    CHECK_FALSE(time_to_order(two, own, rules, noon + rules.turn + rules.margin));
}

TEST_CASE("an account that the others were not told of has no turn") {
    NodeSettings settings;
    settings.edge = true;
    const std::map<NodeId, OverlayPeer> peers = {{NodeId("paris-1"), edge("paris-1", "P")},
                                                 {NodeId("bonn-1"), edge("bonn-1", "")},
                                                 {NodeId("home-1"), OverlayPeer{}}};
    const AcmeAccounts without = acme_accounts(NodeId("aix-1"), settings, peers);
    CHECK(without == AcmeAccounts{{NodeId("paris-1"), "P"}});
    CHECK_FALSE(time_to_order(without, {NodeId("aix-1"), "A"}, rules, noon + rules.margin));
    settings.acme_thumbprint = "A";
    CHECK(acme_accounts(NodeId("aix-1"), settings, peers) == two);
}

TEST_CASE("an edge whose key is another one than told waits until the others know") {
    const AcmeAccounts one = {{NodeId("aix-1"), "A"}};
    CHECK(time_to_order(one, {NodeId("aix-1"), "A"}, rules, noon + rules.margin));
    CHECK_FALSE(time_to_order(one, {NodeId("aix-1"), "new"}, rules, noon + rules.margin));
}
