#include "master/domain/rebalance.h"

#include "master/domain/balance.h"
#include "master/domain/progress.h"
#include "tests/support/catch.h"
#include "tests/support/invariants.h"
#include "tests/support/obedient_boxes.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::broken;
using foyer::test::ObedientBoxes;
using foyer::test::World;

namespace {

// Three homes full of instances, then as many new ones on other ISPs.
struct Joined {
    explicit Joined(int orders = 4) {
        for (int i = 0; i < orders; ++i) world.run(world.order("firm" + std::to_string(i)));
        boxes.rounds(3);
        for (int i = 1; i <= 3; ++i) {
            const std::string number = std::to_string(i);
            world.add_home({"new" + number, "fresh" + number});
        }
        boxes.check_invariants();
        boxes.rounds(2);
    }
    void start(int moves_max) {
        boxes.run(StartRebalance{moves_max, OperationId("op-even"), AccountId("acme-org")});
    }
    const Operation& operation() const { return world.operation("op-even"); }
    bool finish() {
        for (int i = 0; i < 400 && operation().state == OperationState::Running; ++i) boxes.round();
        return boxes.settle(50) && operation().state != OperationState::Running;
    }
    int steps(OperationState how) const {
        return static_cast<int>(std::ranges::count_if(
            operation().steps, [&](const OperationStep& step) { return step.state == how; }));
    }
    void check() const {
        CHECK_FALSE(boxes.loss);
        for (const std::string& problem : boxes.problems) FAIL(problem);
        for (const std::string& problem : broken(world.state)) FAIL(problem);
        for (const auto& [name, row] : world.state.instances())
            CHECK(instance_state(world.state, row) == InstanceState::Running);
    }

    World world;
    ObedientBoxes boxes{world, 1};
};

}  // namespace

TEST_CASE("new boxes get their share, and only standbys move") {
    Joined cloud;
    const BalancePlan plan = plan_balance(cloud.world.state, 100);
    CHECK(plan.moves.size() == 4);
    CHECK(plan.after.mean == plan.before.mean);
    std::map<InstanceName, std::optional<ReplicaIndex>> leaders;
    for (const auto& [name, row] : cloud.world.state.instances()) leaders[name] = row.leader;
    cloud.start(100);
    REQUIRE(cloud.finish());
    CHECK(cloud.operation().state == OperationState::Succeeded);
    CHECK(cloud.steps(OperationState::Succeeded) == static_cast<int>(plan.moves.size()));
    // Nothing else happened, so it came as planned.
    CHECK(balance_of(cloud.world.state) == plan.after);
    for (const auto& [name, row] : cloud.world.state.instances())
        CHECK(row.leader == leaders[name]);
    CHECK_FALSE(next_move(cloud.world.state, {}, {}));
    // One home holds the leaders, so the others alone are relieved.
    for (const char* fresh : {"new1-1", "new2-1", "new3-1"})
        CHECK_FALSE(cloud.world.state.replicas_on(NodeId(fresh)).empty());
    cloud.check();
}

TEST_CASE("a rebalancing keeps to its budget and to so many moves at once") {
    Joined cloud;
    cloud.start(3);
    std::size_t most = 0;
    for (int i = 0; i < 400 && cloud.operation().state == OperationState::Running; ++i) {
        cloud.boxes.round();
        most = std::max(most, cloud.world.state.learners().size());
    }
    CHECK(cloud.operation().state == OperationState::Succeeded);
    CHECK(cloud.operation().steps.size() == 3);
    CHECK(most <= 2);
    cloud.check();
}

TEST_CASE("stopped at any moment nothing is worse") {
    for (int rounds = 0; rounds < 40; ++rounds) {
        Joined cloud;
        const Balance before = balance_of(cloud.world.state);
        cloud.start(100);
        cloud.boxes.rounds(rounds);
        if (cloud.operation().state != OperationState::Running) {
            CHECK(rounds > 4);  // or the moves were not interrupted
            break;
        }
        cloud.boxes.run(StopRebalance{});
        CHECK(cloud.operation().state == OperationState::Failed);
        CHECK(cloud.steps(OperationState::Running) == 0);
        REQUIRE(cloud.boxes.settle(100));
        const Balance after = balance_of(cloud.world.state);
        CHECK(after.family_most <= before.family_most);
        CHECK(after.node_most <= before.node_most);
        CHECK(cloud.world.state.learners().empty());
        cloud.check();
    }
}

TEST_CASE("repairs come first") {
    Joined cloud;
    cloud.start(100);
    cloud.boxes.rounds(1);
    cloud.boxes.down.insert(NodeId("new1-1"));
    REQUIRE(cloud.finish());
    cloud.boxes.down.clear();
    REQUIRE(cloud.boxes.settle(50));
    cloud.check();
}

TEST_CASE("copies that share an ISP by permission are parted once there is another one") {
    World world({{"a1", "one"}, {"a2", "one"}, {"b1", "two"}});
    ObedientBoxes boxes(world, 1);
    OrderInstance order = world.order("acme");
    order.allow_same_isp = true;
    world.run(order);
    boxes.rounds(3);
    world.add_home({"c1", "three"});
    boxes.rounds(2);
    CHECK(balance_of(world.state).shared_isps == 2);
    const auto move = next_move(world.state, {}, {});
    REQUIRE(move);
    CHECK(move->gain == Gain::Spread);
    CHECK(move->to == NodeId("c1-1"));
    boxes.run(StartRebalance{10, OperationId("op-even"), AccountId("acme-org")});
    boxes.rounds(20);
    CHECK(balance_of(world.state).shared_isps == 0);
    CHECK(world.operation("op-even").state == OperationState::Succeeded);
}

TEST_CASE("an instance that is stopped on the way keeps its copies, and holds nothing up") {
    Joined cloud;
    cloud.boxes.slow_percent = 100;
    cloud.start(100);
    for (int i = 0; i < 20 && cloud.world.state.learners().empty(); ++i) cloud.boxes.round();
    REQUIRE_FALSE(cloud.world.state.learners().empty());
    const ReplicaKey moving = *cloud.world.state.learners().begin();
    cloud.boxes.run(StopInstance{moving.instance, OperationId("op-stop")});
    cloud.boxes.slow_percent = 0;
    for (int i = 0; i < 400 && cloud.operation().state == OperationState::Running; ++i)
        cloud.boxes.round();
    CHECK(cloud.operation().state == OperationState::Succeeded);
    CHECK(cloud.steps(OperationState::Failed) >= 1);
    CHECK(cloud.steps(OperationState::Succeeded) >= 1);
    cloud.boxes.run(StartInstance{moving.instance, OperationId("op-start")});
    REQUIRE(cloud.boxes.settle(100));
    CHECK(cloud.world.state.learners().empty());
    cloud.check();
}

TEST_CASE("what cannot be rebalanced is refused with a reason") {
    Joined cloud;
    const auto start = [&](int moves) {
        return cloud.world.attempt(
            StartRebalance{moves, OperationId("op-2"), AccountId("acme-org")});
    };
    CHECK(start(0).failure().code == ErrorCode::InvalidArgument);
    CHECK(start(201).failure().code == ErrorCode::InvalidArgument);
    CHECK(cloud.world.attempt(StopRebalance{}).failure().code == ErrorCode::FailedPrecondition);
    cloud.start(100);
    CHECK(start(5).failure().code == ErrorCode::FailedPrecondition);
    REQUIRE(cloud.finish());
    CHECK(start(5).failure().code == ErrorCode::FailedPrecondition);  // balanced
}
