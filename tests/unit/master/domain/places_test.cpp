// ISPs, hosts and sites go when nothing stands on them.
#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

TEST_CASE("what something stands on stays, and says what must go first") {
    World world;
    const Site site = world.state.sites().begin()->second;
    NodeId node;
    for (const auto& [name, row] : world.state.nodes()) {
        if (row.site == site.name) node = name;
    }
    const auto refusal = [&](const Command& command) {
        const auto decided = world.attempt(command);
        return decided.ok()
                   ? ""
                   : decided.failure().details.front().value + "|" + decided.failure().message;
    };
    CHECK(refusal(DeleteIsp{site.isp}).starts_with("isp_in_use|"));
    CHECK(refusal(DeleteIsp{site.isp}).find("`foyer site delete " + site.name.str()) !=
          std::string::npos);
    CHECK(refusal(DeleteHost{site.host}).starts_with("host_in_use|"));
    CHECK(refusal(DeleteSite{site.name}).starts_with("site_in_use|"));
    CHECK(refusal(DeleteSite{site.name}).find("`foyer node delete " + node.str()) !=
          std::string::npos);
    world.run(DeleteNode{node});
    world.run(DeleteSite{site.name});
    CHECK_FALSE(world.state.sites().contains(site.name));
    CHECK(world.attempt(DeleteSite{site.name}).failure().code == ErrorCode::NotFound);
    // Other sites of the same host keep him.
    CHECK(refusal(DeleteHost{site.host}).starts_with("host_in_use|"));
    const std::vector<NodeId> nodes = [&] {
        std::vector<NodeId> names;
        for (const auto& [name, row] : world.state.nodes()) names.push_back(name);
        return names;
    }();
    for (const NodeId& name : nodes) {
        const SiteId stood = world.state.nodes().at(name).site;
        world.run(DeleteNode{name});
        world.run(DeleteSite{stood});
    }
    CHECK(world.state.sites().empty());
    world.run(DeleteIsp{site.isp});
    world.run(DeleteHost{site.host});
    CHECK_FALSE(world.state.isps().contains(site.isp));
    CHECK_FALSE(world.state.hosts().contains(site.host));
    // The name may be given again.
    world.run(CreateIsp{site.isp, IspFamilyId("other")});
    CHECK(world.state.isps().at(site.isp).family == IspFamilyId("other"));
}
