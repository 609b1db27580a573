#include "master/domain/host_life.h"

#include "tests/support/catch.h"
#include "tests/support/invariants.h"
#include "tests/support/obedient_boxes.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::ObedientBoxes;
using foyer::test::World;

namespace {

int events(const World& world, const std::string& kind) {
    int count = 0;
    for (const auto& [number, event] : world.state.recent_events())
        count += event.kind == kind ? 1 : 0;
    return count;
}

void say(World& world, const NodeId& node, HostWish wish, std::optional<WallTime> until = {}) {
    ReportNode report;
    report.node = node;
    report.host = HostOrder{wish, until};
    world.run(report);
}

// Five homes, an order served by three of them that the master leads.
struct Cloud {
    World world{World::five_homes()};
    ObedientBoxes boxes{world, 1};

    Cloud() {
        world.run(world.order("acme"));
        REQUIRE(boxes.settle(50));
        boxes.rounds(3);
        boxes.check_invariants();
    }
    NodeId leading() const {
        return world.replica("acme", world.instance("acme").leader->number).node;
    }
    const Node& node(const NodeId& name) const { return world.state.nodes().at(name); }
    std::string trouble() const {
        return boxes.loss.value_or("") + (boxes.problems.empty() ? "" : boxes.problems.front());
    }
};

}  // namespace

TEST_CASE("a pause is told once, with its end; another end is no news") {
    World world(World::five_homes());
    const NodeId box("h1-1");
    const WallTime end = world.now + Duration(3'600'000);
    say(world, box, HostWish::Paused, end);
    CHECK(world.state.nodes().at(box).host_order == HostOrder{HostWish::Paused, end});
    CHECK(world.state.nodes().at(box).paused_since == world.now);
    CHECK(events(world, "node_paused") == 1);
    const auto since = world.state.nodes().at(box).paused_since;
    world.now = world.now + Duration(60'000);
    say(world, box, HostWish::Paused);
    CHECK(world.state.nodes().at(box).paused_since == since);
    CHECK(events(world, "node_paused") == 1);
    say(world, box, HostWish::Serving);
    CHECK(world.state.nodes().at(box).paused_since == std::nullopt);
    CHECK(events(world, "node_resumed") == 1);
    const Revision before = world.state.revision();
    say(world, box, HostWish::Serving);
    CHECK(world.state.revision() == before);
}

TEST_CASE("nothing new comes to a box whose host wants that") {
    for (const HostWish wish : {HostWish::Paused, HostWish::Draining}) {
        World world(World::five_homes());
        say(world, NodeId("h1-1"), wish);
        say(world, NodeId("h2-1"), wish);
        say(world, NodeId("h3-1"), wish);
        OrderInstance order = world.order("acme");
        order.replicas = 3;
        const auto refused = world.attempt(order);
        REQUIRE_FALSE(refused.ok());
        say(world, NodeId("h2-1"), HostWish::Serving);
        world.run(order);
        CHECK(world.state.replicas_on(NodeId("h1-1")).empty());
        CHECK(world.state.replicas_on(NodeId("h3-1")).empty());
    }
}

TEST_CASE("a leader whose host pauses is followed at once; after the pause it follows") {
    Cloud cloud;
    const NodeId first = cloud.leading();
    cloud.boxes.paused.insert(first);
    cloud.boxes.rounds(4);
    CHECK(cloud.leading() != first);
    cloud.boxes.paused.clear();
    cloud.boxes.rounds(6);
    CHECK(cloud.leading() != first);
    CHECK(cloud.world.state.endangered().empty());
    CHECK(cloud.world.state.replicas_on(first).size() == 1);
    CHECK(cloud.trouble() == "");
}

TEST_CASE("short pauses move nothing; one that lasts makes the copies anew elsewhere") {
    Cloud cloud;
    const NodeId first = cloud.leading();
    cloud.boxes.paused.insert(first);
    cloud.boxes.rounds(6 * 10);
    CHECK_FALSE(cloud.node(first).pause_lasts);
    CHECK(cloud.world.state.replicas_on(first).size() == 1);
    cloud.boxes.rounds(6 * 40);
    CHECK(cloud.node(first).pause_lasts);
    CHECK(events(cloud.world, "node_pause_lasts") == 1);
    CHECK(events(cloud.world, "copy_leaves") == 1);
    CHECK(cloud.world.state.replicas_on(first).empty());
    CHECK(cloud.world.state.endangered().empty());
    cloud.boxes.paused.clear();
    cloud.boxes.rounds(2);
    CHECK_FALSE(cloud.node(first).pause_lasts);
    CHECK(cloud.trouble() == "");
}

TEST_CASE("a box that its host wants empty is emptied, and keeps what it holds once he resumes") {
    Cloud cloud;
    const NodeId first = cloud.leading();
    const auto drains = [&](HostWish wish) { say(cloud.world, first, wish); };
    drains(HostWish::Draining);
    CHECK(events(cloud.world, "node_host_drains") == 1);
    CHECK(events(cloud.world, "copy_leaves") == 1);
    CHECK(is_emptied(cloud.node(first)));
    drains(HostWish::Serving);
    CHECK_FALSE(is_emptied(cloud.node(first)));
    CHECK(cloud.world.state.draining().empty());
}
