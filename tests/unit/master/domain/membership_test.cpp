#include "master/domain/membership.h"

#include "master/domain/desired.h"
#include "master/domain/group.h"
#include "master/domain/promotion.h"
#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

// "acme" on three of five boxes; copy 1 is drained and copy 3 is its newcomer. Each report is
// written by hand.
struct Swap {
    Swap() : world(World::five_homes()) {
        world.serve("acme");
        world.run(DrainNode{world.replica("acme", 1).node, Duration(0), OperationId("op-1"),
                            AccountId("acme-org")});
        for (int i = 0; i < 3; ++i) world.run(Tick{});  // the drain reports, then a place is found
    }
    World world;

    Group group() const { return Group(world.state, world.instance("acme")); }
    const Replica& copy(int index) const { return world.replica("acme", index); }
    bool has(int index) const {
        return world.state.replicas().contains({InstanceName("acme"), ReplicaIndex{index}});
    }
    PartitionObservation running(int index, std::int64_t flushed) const {
        PartitionObservation seen;
        seen.partition = partition_id(copy(index).key);
        seen.fence = world.instance("acme").fence;
        seen.applied = world.instance("acme").group_revision;
        seen.role = index == 0 ? ReplicaRole::Primary : ReplicaRole::Standby;
        seen.phase = PartitionPhase::Running;
        seen.ready = seen.initialized = true;
        seen.position = Position{Epoch(1), flushed, index != 0};
        return seen;
    }
    struct Follower {
        int index;
        const char* sync_state;
        std::int64_t lag = 0;
    };
    void lead(std::int64_t flushed, const std::vector<Follower>& followers,
              std::optional<Revision> applied = std::nullopt) {
        PartitionObservation seen = running(0, flushed);
        if (applied) seen.applied = *applied;
        for (const Follower& one : followers) {
            seen.followers.push_back(
                {"r" + std::to_string(one.index) + "g1", "streaming", one.sync_state, one.lag});
        }
        world.report(seen);
    }
    // The newcomer is there; at once it is a member, and copy 1 leaves.
    void catch_up() {
        world.report(running(1, 100));
        world.report(running(2, 100));
        world.report(running(3, 100));
        lead(100, {{1, "quorum"}, {2, "quorum"}, {3, "async"}});
        world.report(running(3, 100));
    }
};

std::vector<int> indexes(const std::vector<foyer::Member>& members) {
    std::vector<int> found;
    for (const foyer::Member& member : members) found.push_back(member.index.number);
    return found;
}

const Assignment& wish_of(const DesiredDelta& delta, const std::string& partition) {
    for (const Assignment& one : delta.assignments) {
        if (one.partition.str() == partition) return one;
    }
    throw std::runtime_error("not wished");
}

}  // namespace

TEST_CASE("a newcomer counts for nothing until it has caught up") {
    Swap swap;
    CHECK(swap.copy(3).membership == Membership::Learner);
    CHECK(swap.copy(3).replaces == ReplicaIndex{1});
    CHECK(answers_needed(swap.group()) == 2);
    CHECK(swap.group().members() == 3);

    const DesiredDelta leading =
        desired_since(swap.world.state, swap.copy(0).node, LineageId(), Revision());
    CHECK(indexes(wish_of(leading, "acme-0").members) == std::vector{0, 1, 2});
    CHECK(indexes(wish_of(leading, "acme-0").learners) == std::vector{3});
    const DesiredDelta learning =
        desired_since(swap.world.state, swap.copy(3).node, LineageId(), Revision());
    CHECK(indexes(wish_of(learning, "acme-3").members) == std::vector{0, 1, 2, 3});
    CHECK_FALSE(wish_of(learning, "acme-3").founder);
}

TEST_CASE("it has caught up when it runs and the leader says that it streams, without much lag") {
    Swap swap;
    swap.world.report(swap.running(2, 100));
    swap.world.report(swap.running(3, 100));
    CHECK(swap.copy(3).membership == Membership::Learner);  // the leader has not said so
    swap.lead(1'000'000'000, {{2, "quorum"}, {3, "async", 900'000'000}});
    CHECK(swap.copy(3).membership == Membership::Learner);  // far behind
    swap.lead(1'000'000'000, {{2, "quorum"}, {3, "async", -1}});
    CHECK(swap.copy(3).membership == Membership::Learner);  // no sense
    swap.lead(1'000'000'000, {{2, "quorum"}, {3, "async", 900}});
    CHECK(swap.copy(3).membership == Membership::Member);
    CHECK(swap.copy(1).membership == Membership::Leaving);
    // The union is counted: three positions of four.
    CHECK(answers_needed(swap.group()) == 3);
}

TEST_CASE(
    "the old copy stays counted until nothing is acknowledged by it and the others hold all") {
    Swap swap;
    swap.catch_up();
    REQUIRE(swap.copy(1).membership == Membership::Leaving);
    const Revision swapped = swap.world.instance("acme").group_revision;

    // The leader's service still has the old list.
    swap.lead(200, {{1, "quorum"}, {2, "quorum"}, {3, "async"}}, Revision(swapped.number() - 1));
    CHECK_FALSE(swap.copy(1).leave_after);
    // It says that it has the new one, but its followers show that it has not.
    swap.lead(200, {{1, "quorum"}, {2, "quorum"}, {3, "quorum"}});
    CHECK_FALSE(swap.copy(1).leave_after);
    swap.lead(200, {{1, "async"}, {2, "quorum"}, {3, "async"}});
    CHECK_FALSE(swap.copy(1).leave_after);
    // From here on nothing is acknowledged by copy 1; what was, ends at 300.
    swap.lead(300, {{1, "async"}, {2, "quorum", 250}, {3, "quorum", 250}});
    REQUIRE(swap.copy(1).leave_after);
    CHECK(swap.copy(1).leave_after->flushed_bytes == 300);
    swap.lead(400, {{1, "async"}, {2, "quorum", 350}, {3, "quorum", 150}});
    CHECK(swap.has(1));  // nobody but the leader holds 300
    swap.lead(500, {{1, "async"}, {2, "quorum", 450}, {3, "quorum", 200}});
    CHECK_FALSE(swap.has(1));
    CHECK(answers_needed(swap.group()) == 2);
}

TEST_CASE("a promotion while a copy leaves asks everybody, and what is ahead stays") {
    Swap swap;
    swap.catch_up();
    REQUIRE(swap.copy(1).membership == Membership::Leaving);
    swap.world.run(PromoteInstance{InstanceName("acme"), std::nullopt, false, OperationId("op-p")});
    const auto stopped = [&](int index, std::int64_t flushed) {
        PartitionObservation seen = swap.running(index, flushed);
        seen.role = ReplicaRole::Standby;
        seen.position->receiving = false;
        swap.world.report(seen);
    };
    stopped(2, 100);
    stopped(3, 100);
    CHECK_FALSE(swap.world.instance("acme").leader);  // two of four prove nothing
    stopped(1, 150);
    CHECK(swap.world.instance("acme").leader == ReplicaIndex{1});
    CHECK(swap.copy(1).membership == Membership::Member);
}

TEST_CASE("a newcomer cannot be told to lead") {
    Swap swap;
    const auto refused = swap.world.attempt(
        PromoteInstance{InstanceName("acme"), ReplicaIndex{3}, false, OperationId("op-p")});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.failure().message.find("still being made") != std::string::npos);
}
