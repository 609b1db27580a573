#include "node-agent/domain/apply_delta.h"

#include "tests/support/assignments.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;
using foyer::test::assignment;

namespace {

DesiredNode at_seven() {
    DesiredNode node;
    node.lineage = LineageId("l1");
    node.revision = Revision(7);
    node.assignments[PartitionId("acme-0")] = assignment(0, 3);
    node.assignments[PartitionId("acme-1")] = assignment(1, 3);
    node.peers[NodeId("edge-1")] = {NodeId("edge-1"), Revision(2), true,
                                    WgPublicKey("k"), "h:1",       {}};
    node.routes["acme.x"] = {"acme.x", Revision(3), InstanceName("acme"), test::fence(3),
                             "[::1]:80"};
    return node;
}

NodeDelta delta(std::uint64_t base, std::uint64_t revision, const char* lineage = "l1") {
    NodeDelta made;
    made.lineage = LineageId(lineage);
    made.base = Revision(base);
    made.revision = Revision(revision);
    return made;
}

}  // namespace

TEST_CASE("a difference applies only on exactly its base") {
    CHECK(apply_delta(at_seven(), delta(7, 8)).value().node.revision == Revision(8));
    CHECK(apply_delta(at_seven(), delta(6, 8)).failure().code == ErrorCode::Aborted);
    CHECK(apply_delta(at_seven(), delta(7, 8, "l2")).failure().code == ErrorCode::Aborted);
}

TEST_CASE("an empty difference changes the revision alone") {
    auto expected = at_seven();
    expected.revision = Revision(9);
    CHECK(apply_delta(at_seven(), delta(7, 9)).value().node == expected);
}

TEST_CASE("within a lineage the master never goes back") {
    CHECK(apply_delta(at_seven(), delta(0, 6)).failure().code == ErrorCode::FailedPrecondition);
    CHECK(apply_delta(at_seven(), delta(0, 6, "l2")).ok());
}

TEST_CASE("an assignment with an older fence is not obeyed") {
    auto change = delta(7, 8);
    change.assignments = {assignment(1, 2)};
    const auto applied = apply_delta(at_seven(), change).value();
    CHECK(applied.stale == std::vector<PartitionId>{PartitionId("acme-1")});
    CHECK(applied.node.assignments.at(PartitionId("acme-1")).fence == test::fence(3));
    change.assignments = {assignment(1, 4)};
    CHECK(
        apply_delta(at_seven(), change).value().node.assignments.at(PartitionId("acme-1")).fence ==
        test::fence(4));
}

TEST_CASE("what is named as removed is removed by order, also what never came here") {
    auto change = delta(7, 8);
    change.removed_assignments = {PartitionId("acme-1"), PartitionId("never-here")};
    const auto applied = apply_delta(at_seven(), change).value();
    CHECK(applied.removed ==
          std::map<PartitionId, Removal>{{PartitionId("acme-1"), Removal::Ordered},
                                         {PartitionId("never-here"), Removal::Ordered}});
    CHECK(applied.node.assignments.size() == 1);
}

TEST_CASE("what a full answer leaves out is removed by its own lineage, forgotten by another") {
    auto own = delta(0, 8);
    own.assignments = {assignment(0, 3)};
    CHECK(apply_delta(at_seven(), own).value().removed.at(PartitionId("acme-1")) ==
          Removal::Ordered);
    auto other = delta(0, 1, "l2");
    const auto applied = apply_delta(at_seven(), other).value();
    CHECK(applied.removed.at(PartitionId("acme-0")) == Removal::Forgotten);
    CHECK(applied.removed.at(PartitionId("acme-1")) == Removal::Forgotten);
    CHECK(applied.node.peers.empty());
    CHECK(applied.node.routes.empty());
    CHECK(applied.node.lineage == LineageId("l2"));
}

TEST_CASE("an edge's route never goes back to an older fence of the same instance") {
    // Within the lineage a newer revision with a lower fence is another instance of that name.
    auto change = delta(7, 8);
    change.routes = {{"acme.x", Revision(8), InstanceName("acme"), test::fence(2), "[::2]:80"}};
    CHECK(apply_delta(at_seven(), change).value().node.routes.at("acme.x").backend == "[::2]:80");
    change.routes[0].revision = Revision(3);
    CHECK(apply_delta(at_seven(), change).value().node.routes.at("acme.x").backend == "[::1]:80");
    change.routes[0].instance = InstanceName("other");
    CHECK(apply_delta(at_seven(), change).value().node.routes.at("acme.x").backend == "[::2]:80");
    change.routes.clear();
    change.removed_routes = {"acme.x"};
    CHECK(apply_delta(at_seven(), change).value().node.routes.empty());
}

TEST_CASE("a name that was deleted and ordered anew while the edge was away gets its new route") {
    auto change = delta(7, 8);
    change.removed_routes = {"acme.x"};
    change.routes = {{"acme.x", Revision(8), InstanceName("acme"), test::fence(1), "[::3]:80"}};
    CHECK(apply_delta(at_seven(), change).value().node.routes.at("acme.x").backend == "[::3]:80");
}

TEST_CASE("another order of the same name has fences of its own") {
    Assignment anew = assignment(1, 1);
    anew.ordered_at = anew.ordered_at + Duration(60'000);
    auto change = delta(7, 8);
    change.assignments = {anew};
    const auto applied = apply_delta(at_seven(), change).value();
    CHECK(applied.stale.empty());
    CHECK(applied.node.assignments.at(PartitionId("acme-1")) == anew);
    // Also when the master's clock went back in between: the revision says which is newer.
    change.assignments[0].ordered_at = WallTime{1'000};
    CHECK(apply_delta(at_seven(), change).value().stale.empty());
    // Not so of a master of another lineage, which may know no more than a state of before.
    auto full = delta(0, 3, "l2");
    full.assignments = change.assignments;
    CHECK(apply_delta(at_seven(), full).value().stale.size() == 1);
    full.assignments = {anew};
    CHECK(apply_delta(at_seven(), full).value().stale.empty());
}

TEST_CASE("the route of another order is taken at a lower fence") {
    auto node = at_seven();
    node.routes["acme.x"].ordered_at = WallTime{1'000};
    auto full = delta(0, 3, "l2");
    full.routes = {node.routes["acme.x"]};
    full.routes[0].fence = test::fence(1);
    full.routes[0].backend = "[::2]:80";
    CHECK(apply_delta(node, full).value().node.routes.at("acme.x").backend == "[::1]:80");
    full.routes[0].ordered_at = WallTime{2'000};
    CHECK(apply_delta(node, full).value().node.routes.at("acme.x").backend == "[::2]:80");
}
