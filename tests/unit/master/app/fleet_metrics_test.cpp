#include "master/app/fleet_metrics.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;

namespace {

std::string page(const test::World& world) {
    MetricsText text;
    write_fleet(text, world.state, world.now);
    return std::move(text).take();
}

bool says(const std::string& page, std::string_view line) {
    return page.find("\n" + std::string(line) + "\n") != std::string::npos;
}

void set_state(test::World& world, const std::string& name, NodeState state) {
    Node node = world.state.nodes().at(NodeId(name));
    node.state = state;
    node.silent_since = world.now;
    world.state.apply({Put<Node>{node}}, world.state.revision().next());
}

}  // namespace

TEST_CASE("boxes and their room are counted by ISP") {
    test::World world;
    const Node first = world.state.nodes().begin()->second;
    const std::string isp = world.state.sites().at(first.site).isp.str();
    const std::string before = page(world);
    CHECK(says(before, "foyer_isp_boxes{isp=\"" + isp + "\",state=\"online\"} 1"));
    CHECK(says(before, "foyer_isp_boxes{isp=\"" + isp + "\",state=\"silent\"} 0"));
    CHECK(says(before, "foyer_isp_capacity{isp=\"" + isp + "\",resource=\"cpu_millicores\"} 4000"));
    CHECK(says(before, "foyer_isp_reserved{isp=\"" + isp + "\",resource=\"cpu_millicores\"} 0"));

    world.serve("acme");
    const auto reserved = world.state.reserved_on(first.name).cpu.count();
    CHECK(reserved > 0);
    CHECK(says(page(world), "foyer_isp_reserved{isp=\"" + isp + "\",resource=\"cpu_millicores\"} " +
                                std::to_string(reserved)));

    // What is silent offers nothing.
    set_state(world, first.name.str(), NodeState::Silent);
    const std::string after = page(world);
    CHECK(says(after, "foyer_isp_boxes{isp=\"" + isp + "\",state=\"silent\"} 1"));
    CHECK(says(after, "foyer_isp_capacity{isp=\"" + isp + "\",resource=\"cpu_millicores\"} 0"));
}

TEST_CASE("instances are counted as customers see them, every state named") {
    test::World world;
    CHECK(says(page(world), "foyer_instances_by_state{state=\"unavailable\"} 0"));
    world.serve("acme");
    CHECK(says(page(world), "foyer_instances_by_state{state=\"running\"} 1"));
    CHECK(says(page(world), "foyer_instances_leaderless 0"));

    set_state(world, world.replica("acme", 0).node.str(), NodeState::Silent);
    const std::string after = page(world);
    CHECK(says(after, "foyer_instances_by_state{state=\"running\"} 0"));

    Instance acme = world.instance("acme");
    acme.leader.reset();
    world.state.apply({Put<Instance>{acme}}, world.state.revision().next());
    CHECK(says(page(world), "foyer_instances_leaderless 1"));
}

TEST_CASE("the first certificate to end is told, but not of a box that is lost") {
    test::World world;
    const NodeId soon = world.state.nodes().begin()->first;
    const State before = world.state;
    for (const auto& [name, row] : before.nodes()) {
        Node node = row;
        node.certificate_expires_at = world.now + Duration(name == soon ? 3'600'000 : 7'200'000);
        world.state.apply({Put<Node>{node}}, world.state.revision().next());
    }
    CHECK(says(page(world), "foyer_box_certificate_left_seconds 3600"));
    set_state(world, soon.str(), NodeState::Lost);
    CHECK(says(page(world), "foyer_box_certificate_left_seconds 7200"));
}
