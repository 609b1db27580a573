#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

constexpr Duration day{std::int64_t{24} * 3600 * 1000};

}  // namespace

TEST_CASE("a box's certificate that was not renewed in time is told once for each end") {
    World world;
    const NodeId box = world.state.nodes().begin()->first;
    const std::string key = world.state.nodes().at(box).key_fingerprint;
    REQUIRE_FALSE(key.empty());
    std::vector<Node> nodes;
    for (const auto& [name, node] : world.state.nodes()) nodes.push_back(node);
    for (const Node& node : nodes)
        world.run(RenewNode{node.name, node.key_fingerprint, world.now + 90 * day});
    const LookAtCertificates look{15 * day, std::nullopt};
    world.run(look);
    world.now = world.now + 74 * day;
    world.run(look);
    CHECK(world.events("node_certificate_ends") == 0);
    world.run(RenewNode{box, key, world.now + 90 * day});
    world.now = world.now + 2 * day;
    world.run(look);
    const int others = static_cast<int>(world.state.nodes().size()) - 1;
    CHECK(world.events("node_certificate_ends") == others);
    world.run(look);
    CHECK(world.events("node_certificate_ends") == others);
    world.now = world.now + 80 * day;
    world.run(look);
    CHECK(world.events("node_certificate_ends") == others + 1);
}

TEST_CASE("the master's own end is told a month before, once a week") {
    World world;
    const LookAtCertificates look{15 * day, world.now + 100 * day};
    world.run(look);
    CHECK(world.events("master_certificate_ends") == 0);
    world.now = world.now + 71 * day;
    world.run(look);
    world.run(look);
    CHECK(world.events("master_certificate_ends") == 1);
    world.now = world.now + 8 * day;
    world.run(look);
    CHECK(world.events("master_certificate_ends") == 2);
}
