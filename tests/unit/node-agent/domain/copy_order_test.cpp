#include "node-agent/domain/copy_order.h"

#include "tests/support/assignments.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;
using foyer::test::assignment;
using foyer::test::fence;
namespace lead = foyer::leadership;

namespace {

lead::State member(int self) {
    lead::State state;
    state.identity.self = {self};
    return state;
}

Assignment of_three(int index) {
    Assignment made = assignment(index);
    made.learners = {{{2}, "r2g1", ReplicaKind::Data, "fd50::3"}};
    return made;
}

}  // namespace

TEST_CASE("effects add up to what the copy should be now") {
    const lead::State state = member(1);
    CopyOrder order = first_order(state, 7);
    CHECK_FALSE(order.leader);
    order = after_effect(order, lead::Cut{}, state);
    CHECK(order.cut == 1);
    order = after_effect(order, lead::Follow{{0}, fence(3)}, state);
    CHECK(order.leader == ReplicaIndex{0});
    CHECK(order.fence == fence(3));
    CHECK(order.serial > 7);
    order = after_effect(order, lead::SetQuorum{9, {{ReplicaIndex{2}}, 2}}, state);
    order = after_effect(order, lead::Promote{fence(4)}, state);
    CHECK(order.role == ReplicaRole::Primary);
    CHECK(order.leader == ReplicaIndex{1});
    order = after_effect(order, lead::KillService{Epoch(4)}, state);
    CHECK(order.role == ReplicaRole::Standby);
    CHECK_FALSE(order.leader);
    CHECK(order.kill == 1);
    CHECK(order.kill_epoch == Epoch(4));
}

TEST_CASE("what does not concern the copy changes nothing") {
    const CopyOrder order = first_order(member(0), 7);
    CHECK(after_effect(order, lead::Lease{MonoTime{5}}, member(0)) == order);
    CHECK(after_effect(order, lead::Report{"x"}, member(0)) == order);
}

TEST_CASE("questions for the end of the log are remembered, the newest few") {
    CopyOrder order;
    for (std::uint64_t number = 1; number < 50; ++number)
        order = after_effect(order, lead::ReadEnd{number}, member(0));
    CHECK(order.read_ends.size() <= 8);
    CHECK(order.read_ends.back() == 49);
}

TEST_CASE("a leader that may resume keeps leading") {
    lead::State state = member(0);
    state.role = lead::Role::Resuming;
    state.durable.generation = Generation(1);
    state.durable.epoch = Epoch(5);
    lead::Record record;
    record.leader = ReplicaIndex{0};
    record.in_sync = {{0}, {1}};
    record.k = 2;
    state.durable.record = record;
    const CopyOrder order = first_order(state, 1);
    CHECK(order.role == ReplicaRole::Primary);
    CHECK(order.fence == fence(5));
    CHECK(order.quorum->names == lead::IndexSet{{1}});
    CHECK_FALSE(order.clients);
    CHECK(order.resuming);
    CHECK(as_of(order, state).hurry);
    state.role = lead::Role::Leader;
    CHECK_FALSE(as_of(order, state).resuming);
}

TEST_CASE("the assignment as the group has it") {
    CopyOrder order;
    order.role = ReplicaRole::Primary;
    order.leader = ReplicaIndex{0};
    order.fence = fence(6);
    order.quorum = lead::DatabaseQuorum{{ReplicaIndex{2}}, 2};
    const Assignment obeyed = obeying(of_three(0), order);
    CHECK(obeyed.fence == fence(6));
    REQUIRE(obeyed.members.size() == 2);  // itself, and who acknowledges
    CHECK(obeyed.members[0].index == ReplicaIndex{0});
    CHECK(obeyed.members[1].index == ReplicaIndex{2});
    REQUIRE(obeyed.learners.size() == 1);
    CHECK(obeyed.learners[0].index == ReplicaIndex{1});
    CHECK(obeyed.copies == 2);
}

TEST_CASE("a leader that the master does not name yet is followed later") {
    CopyOrder order;
    order.leader = ReplicaIndex{8};
    CHECK_FALSE(obeying(of_three(1), order).leader);
    order.run = false;
    CHECK(obeying(of_three(1), order).desired == DesiredState::Stopped);
}

TEST_CASE("what makes work pointless interrupts it; a question does not") {
    CopyOrder before;
    CopyOrder now = before;
    now.read_ends = {4};
    now.hurry = true;
    CHECK_FALSE(interrupts(now, before));
    now.kill = 1;
    CHECK(interrupts(now, before));
}
