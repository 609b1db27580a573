#include "master/domain/precondition.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

Precondition only(Revision revision) { return {std::vector{revision}}; }

}  // namespace

TEST_CASE("a thing that changed since is not changed again") {
    World world;
    const NodeId name = world.state.nodes().begin()->first;
    const Revision seen = world.state.nodes().at(name).revision;
    const CordonNode command{name};
    CHECK(check_precondition(world.state, command, only(seen)).ok());
    CHECK(check_precondition(world.state, command, {std::vector{Revision(9'999), seen}}).ok());
    world.run(command);
    const Status late = check_precondition(world.state, command, only(seen));
    REQUIRE_FALSE(late.ok());
    CHECK(late.failure().code == ErrorCode::Aborted);
    CHECK(late.failure().details.at(0).value == "if_match");
    CHECK(late.failure().details.at(1).value ==
          std::to_string(world.state.nodes().at(name).revision.number()));
    // No tag of ours: nothing is equal to it.
    CHECK_FALSE(check_precondition(world.state, command, {std::vector<Revision>{}}).ok());
    CHECK(check_precondition(world.state, command, {}).ok());
}

TEST_CASE("what is not there, or not to be seen, is left to the decision") {
    World world;
    CHECK(check_precondition(world.state, DeleteIsp{IspId("none")}, only(Revision(1))).ok());
    world.run(CreateAccount{AccountId("eve"), {AccountRole::Customer}});
    for (const char* name : {"acme-org", "eve"})
        world.run(CreateToken{TokenId(name), AccountId(name), "00ff", "", Duration(0)});
    const RevokeToken foreign{TokenId("acme-org"), TokenId("eve")};
    CHECK_FALSE(revision_of_subject(world.state, foreign));
    CHECK(check_precondition(world.state, foreign, only(Revision(1))).ok());
    const RevokeToken own{TokenId("eve"), TokenId("eve")};
    CHECK(revision_of_subject(world.state, own) ==
          world.state.tokens().at(TokenId("eve")).revision);
}

TEST_CASE("each command that changes one thing names it") {
    World world;
    world.run(world.order("acme"));
    const auto& [isp, isp_row] = *world.state.isps().begin();
    const auto& [host, host_row] = *world.state.hosts().begin();
    const auto& [site, site_row] = *world.state.sites().begin();
    const auto& [node, node_row] = *world.state.nodes().begin();
    const auto& [account, account_row] = *world.state.accounts().begin();
    const auto& [release, release_row] = *world.state.releases().begin();
    const auto of = [&](const Command& command) {
        return revision_of_subject(world.state, command);
    };
    CHECK(of(DeleteIsp{isp}) == isp_row.revision);
    CHECK(of(DeleteHost{host}) == host_row.revision);
    CHECK(of(DeleteSite{site}) == site_row.revision);
    for (const Command& command :
         {Command(DeleteNode{node}), Command(CordonNode{node}), Command(UncordonNode{node}),
          Command(DrainNode{node, {}, {}, {}}), Command(CancelDrain{node})})
        CHECK(of(command) == node_row.revision);
    CHECK(of(UpdateAccount{account, {}, {}}) == account_row.revision);
    CHECK(of(DeleteAccount{account, {}}) == account_row.revision);
    CHECK(of(WithdrawRelease{release.first, release.second, "", {}}) == release_row.revision);
    const InstanceName acme("acme");
    for (const Command& command :
         {Command(StopInstance{acme, {}}), Command(StartInstance{acme, {}}),
          Command(DeleteInstance{acme, {}}), Command(RevealInstance{acme}),
          Command(PromoteInstance{acme, {}, false, {}, {}})})
        CHECK(of(command) == world.instance("acme").revision);
    CHECK_FALSE(of(world.order("acme")));
    CHECK_FALSE(of(CreateIsp{isp, {}}));
}
