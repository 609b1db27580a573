#include "master/domain/handover.h"

#include "master/domain/group.h"
#include "tests/support/catch.h"
#include "tests/support/groups_that_elect.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::begun_group;
using foyer::test::following;
using foyer::test::hear_leader;
using foyer::test::record_led_by;
using foyer::test::World;

namespace {

constexpr Duration moment{1};

std::optional<GroupProposal> proposal(const World& world) {
    return group_wish(world.state, world.instance("acme")).proposal;
}

void follow(World& world, int leader, std::uint64_t epoch) {
    for (int index = 0; index < 3; ++index)
        if (index != leader) world.report(following(world, index, epoch));
}

// The group elected this copy, and all follow.
void elect(World& world, int leader, std::uint64_t epoch) {
    hear_leader(world, record_led_by(world, leader, epoch));
    follow(world, leader, epoch);
}

// acme, led by copy 0 in epoch 3, all well.
World well_group() {
    World world = begun_group();
    elect(world, 0, 3);
    return world;
}

PromoteInstance promote(std::optional<int> index, const std::string& operation = "op-p") {
    PromoteInstance command{InstanceName("acme"), std::nullopt, false, OperationId(operation), {}};
    if (index) command.index = ReplicaIndex{*index};
    return command;
}

ReplicaIndex wanted(const World& world) { return *world.instance("acme").promotion->wanted; }

void drain(World& world, int index) {
    world.run(DrainNode{world.replica("acme", index).node, Duration(0), OperationId("op-drain"),
                        AccountId("acme-org")});
}

// As many as a tick that had something to do is followed by.
void ticks(World& world) {
    for (int i = 0; i < 20; ++i)
        if (!world.run(Tick{}).more) return;
}

std::string box_of(const World& world, int index) {
    return "copy " + std::to_string(index) + " on '" + world.replica("acme", index).node.str() +
           "'";
}

}  // namespace

TEST_CASE("a lead is handed over once: with another one elected the operation fails") {
    World world = well_group();
    world.run(promote(2));
    CHECK(proposal(world)->prefer == ReplicaIndex{2});
    elect(world, 1, 4);
    CHECK_FALSE(world.instance("acme").promotion);
    CHECK_FALSE(proposal(world));  // copy 1 is not asked to hand over again
    const Operation& operation = world.operation("op-p");
    CHECK(operation.state == OperationState::Failed);
    CHECK(operation.finished_at == world.now);
    const std::string why = box_of(world, 1) +
                            " was elected instead, in epoch 4: " + box_of(world, 2) +
                            " was not ready in time; nothing was lost; `foyer instance promote "
                            "acme --to 2` tries again";
    REQUIRE(operation.failure);
    CHECK(operation.failure->code == ErrorCode::Aborted);
    CHECK(operation.failure->message == why);
    REQUIRE(operation.steps.size() == 2);
    CHECK(operation.steps[0].name == "elect");
    CHECK(operation.steps[0].state == OperationState::Failed);
    CHECK(operation.steps[0].detail == why);
    CHECK(operation.steps[0].finished_at == world.now);
    CHECK(operation.steps[1].state == OperationState::Failed);
    CHECK(world.events("promotion_failed") == 1);
    CHECK(world.events("promote_succeeded") == 0);
    CHECK(world.replica("acme", 2).passed_over_at == world.now);
    // What is heard later does not change how it ended.
    elect(world, 2, 5);
    CHECK(world.operation("op-p").state == OperationState::Failed);
    CHECK(world.events("promotion_failed") == 1);
    CHECK_FALSE(world.replica("acme", 2).passed_over_at);  // it can lead
}

TEST_CASE("the former leader elected again is another one, too") {
    World world = well_group();
    world.run(promote(1));
    elect(world, 0, 4);
    CHECK_FALSE(proposal(world));
    REQUIRE(world.operation("op-p").failure);
    CHECK(world.operation("op-p").failure->message.starts_with(box_of(world, 0)));
}

TEST_CASE("a leader that goes on in its epoch is no failure") {
    World world = well_group();
    world.run(promote(1));
    hear_leader(world, record_led_by(world, 0, 3, 2));
    world.now = world.now + (handover_within - moment);
    world.run(Tick{});
    CHECK(world.operation("op-p").state == OperationState::Running);
    REQUIRE(proposal(world));
    CHECK(proposal(world)->prefer == ReplicaIndex{1});
    CHECK(proposal(world)->made_for == "1 3 2");
}

TEST_CASE("it is done when the wanted copy serves, and not before") {
    World world = well_group();
    world.run(promote(1));
    hear_leader(world, record_led_by(world, 1, 4), false);
    CHECK(world.instance("acme").promotion);
    CHECK(world.operation("op-p").state == OperationState::Running);
    hear_leader(world, record_led_by(world, 1, 4, 2));
    CHECK_FALSE(world.instance("acme").promotion);
    CHECK(world.operation("op-p").state == OperationState::Succeeded);
    CHECK(world.events("promotion_failed") == 0);
}

TEST_CASE("another one elected after the wanted copy, before that served, ends it as well") {
    World world = well_group();
    world.run(promote(1));
    hear_leader(world, record_led_by(world, 1, 4), false);
    elect(world, 0, 5);
    const Operation& operation = world.operation("op-p");
    REQUIRE(operation.failure);
    CHECK(operation.state == OperationState::Failed);
    CHECK(operation.steps[0].state == OperationState::Succeeded);
    CHECK(operation.steps[1].state == OperationState::Failed);
    CHECK(operation.steps[1].detail == operation.failure->message);
}

TEST_CASE("a wish that the group cannot carry out ends after ten minutes, and says why") {
    World world = well_group();
    world.run(promote(2));
    world.now = world.now + handover_within;
    std::string why;
    SECTION("the copy lags") {
        why = box_of(world, 2) + " never held every write within 10 min, so that " +
              box_of(world, 0) +
              " leads on; nothing was lost; `foyer instance promote acme --to "
              "2` tries again";
    }
    SECTION("its box is silent") {
        world.run(MarkSilent{{world.replica("acme", 2).node}});
        why = box_of(world, 2) + " was not elected within 10 min: its box is silent";
    }
    SECTION("nobody leads") {
        world.run(MarkSilent{{world.replica("acme", 0).node}});
        why = box_of(world, 2) +
              " was not elected within 10 min: the leader of its group is not heard of";
    }
    CHECK(world.operation("op-p").state == OperationState::Running);
    CHECK(world.run(Tick{}).more);
    CHECK_FALSE(world.instance("acme").promotion);
    CHECK_FALSE(proposal(world));
    REQUIRE(world.operation("op-p").failure);
    CHECK(world.operation("op-p").state == OperationState::Failed);
    CHECK(world.operation("op-p").failure->code == ErrorCode::DeadlineExceeded);
    CHECK(world.operation("op-p").failure->message.starts_with(why));
    CHECK(world.replica("acme", 2).passed_over_at == world.now);
    CHECK(world.state.handovers().empty());
}

TEST_CASE("a copy that was elected and does not serve was not passed over") {
    World world = well_group();
    world.run(promote(2));
    hear_leader(world, record_led_by(world, 2, 4), false);
    world.now = world.now + handover_within;
    world.run(Tick{});
    CHECK(world.operation("op-p").steps[1].detail.starts_with(
        box_of(world, 2) + " was elected and does not serve after 10 min"));
    CHECK_FALSE(world.replica("acme", 2).passed_over_at);
}

TEST_CASE("a master that has just begun to listen waits the whole time") {
    World world = well_group();
    world.run(promote(2));
    const WallTime listening = world.now + moment;
    world.now = world.now + handover_within;
    world.run(Tick{listening});
    CHECK(world.instance("acme").promotion);
    world.now = listening + handover_within;
    world.run(Tick{listening});
    CHECK_FALSE(world.instance("acme").promotion);
}

TEST_CASE("who leaves the group cannot be wished, and ends a wish") {
    World world = well_group();
    world.run(promote(2));
    Draft draft(world.state, world.now);
    Group group(world.state, world.instance("acme"));
    group.find({2})->membership = Membership::Leaving;
    advance_promotion(group, draft);
    CHECK_FALSE(group.instance.promotion);
    CHECK_FALSE(group.instance.operation);
    group.put_back(draft);
    world.state.apply(std::move(draft).done().changes, world.state.revision().next());
    REQUIRE(world.operation("op-p").failure);
    CHECK(world.operation("op-p").state == OperationState::Failed);
    CHECK(world.operation("op-p").failure->message.starts_with("copy 2 is no member"));
    const auto refused = world.attempt(promote(2, "op-q"));
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.failure().details.at(0).value == "leaving");
}

TEST_CASE("an instance that is deleted takes the wish with it") {
    World world = well_group();
    world.run(promote(2));
    world.run(DeleteInstance{InstanceName("acme"), OperationId("op-del")});
    CHECK(world.state.handovers().empty());
    CHECK(world.operation("op-p").state == OperationState::Failed);
}

TEST_CASE("a person may name a copy that was passed over, and else gets another one") {
    World world = well_group();
    world.run(promote(1));
    elect(world, 0, 4);
    REQUIRE(is_passed_over(world.replica("acme", 1), world.now));
    SECTION("by name") {
        world.run(promote(1, "op-q"));
        CHECK(wanted(world) == ReplicaIndex{1});
    }
    SECTION("without a name") {
        world.run(promote(std::nullopt, "op-q"));
        CHECK(wanted(world) == ReplicaIndex{2});
    }
    SECTION("without a name, when it is the only one") {
        PartitionObservation ill = following(world, 2, 4);
        ill.ready = false;
        world.report(ill);
        world.run(promote(std::nullopt, "op-q"));
        CHECK(wanted(world) == ReplicaIndex{1});
    }
    SECTION("ten minutes later it is as good as any") {
        world.now = world.now + passed_over_for;
        world.run(promote(std::nullopt, "op-q"));
        CHECK(wanted(world) == ReplicaIndex{1});
    }
}

TEST_CASE("a drain takes another heir than the one passed over, and waits when there is none") {
    World world = well_group();
    world.run(promote(1));
    elect(world, 0, 4);
    drain(world, 0);
    ticks(world);
    REQUIRE(world.instance("acme").promotion);
    CHECK(wanted(world) == ReplicaIndex{2});
    elect(world, 0, 5);  // in vain
    const WallTime second = world.now;
    ticks(world);
    CHECK_FALSE(world.instance("acme").promotion);
    CHECK(world.events("lead_moves") == 1);
    world.now = second + (passed_over_for - moment);
    ticks(world);
    CHECK_FALSE(world.instance("acme").promotion);
    world.now = second + passed_over_for;
    ticks(world);
    REQUIRE(world.instance("acme").promotion);
    CHECK(wanted(world) == ReplicaIndex{1});
    CHECK(world.events("lead_moves") == 2);
}

TEST_CASE("a second move in one epoch is another operation") {
    World world = well_group();
    drain(world, 0);
    ticks(world);
    CHECK(wanted(world) == ReplicaIndex{1});
    CHECK(world.instance("acme").promotion->operation == OperationId("op-lead-acme-1-4"));
    world.now = world.now + handover_within;
    ticks(world);
    REQUIRE(world.instance("acme").promotion);
    CHECK(wanted(world) == ReplicaIndex{2});
    CHECK(world.instance("acme").promotion->operation == OperationId("op-lead-acme-1-4-2"));
    CHECK(world.operation("op-lead-acme-1-4").state == OperationState::Failed);
}
