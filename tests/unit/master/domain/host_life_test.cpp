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
    CHECK(world.events("node_paused") == 1);
    const auto since = world.state.nodes().at(box).paused_since;
    world.now = world.now + Duration(60'000);
    say(world, box, HostWish::Paused);
    CHECK(world.state.nodes().at(box).paused_since == since);
    CHECK(world.events("node_paused") == 1);
    say(world, box, HostWish::Serving);
    CHECK(world.state.nodes().at(box).paused_since == std::nullopt);
    CHECK(world.events("node_resumed") == 1);
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
    CHECK(cloud.world.events("node_pause_lasts") == 1);
    CHECK(cloud.world.events("copy_leaves") == 1);
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
    CHECK(cloud.world.events("node_host_drains") == 1);
    CHECK(cloud.world.events("copy_leaves") == 1);
    CHECK(is_emptied(cloud.node(first)));
    drains(HostWish::Serving);
    CHECK_FALSE(is_emptied(cloud.node(first)));
    CHECK(cloud.world.state.draining().empty());
}

TEST_CASE("a box that its host takes out is emptied, then let go, and its site remembers it") {
    Cloud cloud;
    const NodeId first = cloud.leading();
    const auto may_leave = [&] { return check_may_leave(cloud.world.state, cloud.node(first)); };
    CHECK(may_leave().failure().details.front().value == "node_not_leaving");
    CHECK_FALSE(cloud.world.attempt(LeaveNode{first}).ok());
    say(cloud.world, first, HostWish::Leaving);
    CHECK(cloud.world.events("node_host_leaves") == 1);
    CHECK(is_emptied(cloud.node(first)));
    CHECK(may_leave().failure().details.front().value == "node_not_empty");
    CHECK_FALSE(exit_receipt(cloud.world.state, first, "foyer.example", cloud.world.now).ok());
    cloud.boxes.leaving.insert(first);
    cloud.boxes.rounds(60);
    REQUIRE(cloud.world.state.replicas_on(first).empty());
    const Node node = cloud.node(first);
    const auto receipt = exit_receipt(cloud.world.state, first, "foyer.example", cloud.world.now);
    REQUIRE(receipt.ok());
    CHECK(receipt.value().site == node.site);
    CHECK(receipt.value().key_fingerprint == node.key_fingerprint);
    cloud.world.run(LeaveNode{first});
    CHECK_FALSE(cloud.world.state.nodes().contains(first));
    CHECK(cloud.world.events("node_left") == 1);
    CHECK(cloud.world.state.sites().at(node.site).former_boxes ==
          std::vector{FormerBox{first, cloud.world.now}});
    CHECK(cloud.trouble() == "");
}

TEST_CASE("a site remembers the newest boxes that are gone, and none that never came") {
    World world(World::five_homes());
    const SiteId site = world.state.nodes().at(NodeId("h1-1")).site;
    for (std::size_t number = 0; number < former_boxes_max + 2; ++number) {
        Node box = world.state.nodes().at(NodeId("h2-1"));
        box.name = NodeId("gone-" + std::to_string(number));
        box.site = site;
        for (const NodeState state : {NodeState::Online, NodeState::Expected}) {
            box.state = state;
            Draft draft(world.state, world.now);
            forget_node(box, "node_deleted", "", draft);
            for (const Change& change : std::move(draft).done("").changes)
                if (change.get_if<Put<Site>>() != nullptr)
                    world.state.apply({change}, world.state.revision().next());
        }
    }
    const auto& kept = world.state.sites().at(site).former_boxes;
    REQUIRE(kept.size() == former_boxes_max);
    CHECK(kept.front().node == NodeId("gone-2"));
    CHECK(kept.back().node == NodeId("gone-" + std::to_string(former_boxes_max + 1)));
}
