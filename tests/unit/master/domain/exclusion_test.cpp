#include "master/domain/exclusion.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

TEST_CASE("edges and boxes that are not online hold nothing") {
    Node node;
    CHECK(exclusion_of(node) == Exclusion::NotOnline);
    node.state = NodeState::Online;
    CHECK(exclusion_of(node) == std::nullopt);
    node.host_order.wish = HostWish::Draining;
    CHECK(exclusion_of(node) == Exclusion::Paused);
    node.edge = true;
    CHECK(exclusion_of(node) == Exclusion::Edge);
    CHECK(to_text(Exclusion::Capacity) == "capacity");
}
