#include "common/leadership/election.h"

#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

TEST_CASE("a quorum and |S| − k + 1 positions elect") {
    Record record = record_of_three();
    CHECK(positions_needed(record) == 2);
    CHECK_FALSE(is_enough(record, {ReplicaIndex{0}}));
    CHECK(is_enough(record, {ReplicaIndex{0}, ReplicaIndex{1}}));
    record.k = 1;
    CHECK_FALSE(is_enough(record, {ReplicaIndex{0}, ReplicaIndex{1}}));
    record.mode = ReplicationMode::Asynchronous;
    CHECK(is_enough(record, {ReplicaIndex{0}, ReplicaIndex{1}}));
}

TEST_CASE("a vote from outside S is no position") {
    Record record = record_of_three();
    record.members[2] = entry(2, ReplicaKind::Witness);
    record.in_sync = {ReplicaIndex{0}, ReplicaIndex{1}};
    record.k = 1;
    CHECK_FALSE(is_enough(record, {ReplicaIndex{0}, ReplicaIndex{2}}));
    record.k = 2;
    CHECK(is_enough(record, {ReplicaIndex{0}, ReplicaIndex{2}}));
}

TEST_CASE("they stand one after another, by more than the jitter; who led stands last") {
    const Record record = record_of_three();  // led by 0
    const Timing timing;
    const auto earliest = [&](int index) {
        return candidate_delay(record, ReplicaIndex{index}, timing, {0});
    };
    const auto latest = [&](int index) {
        return candidate_delay(record, ReplicaIndex{index}, timing, {9'999});
    };
    CHECK(earliest(1) == Duration(0));
    CHECK(latest(1) < earliest(2));
    CHECK(latest(2) < earliest(0));
    Record barred = record;
    barred.members[1].may_lead = false;
    CHECK(candidate_delay(barred, ReplicaIndex{2}, timing, {0}) == Duration(0));
    // Who is barred stands last, also behind who led; and nobody waits for it.
    Record wrong = record;
    wrong.barred = {ReplicaIndex{1}};
    CHECK(candidate_delay(wrong, ReplicaIndex{2}, timing, {0}) == Duration(0));
    CHECK(candidate_delay(wrong, ReplicaIndex{1}, timing, {0}) == timing.delay_barred);
    CHECK(candidate_delay(wrong, ReplicaIndex{0}, timing, {9'999}) < timing.delay_barred);
    CHECK(spread(Duration(200), Duration(1'200), {5'000}) == Duration(700));
}

TEST_CASE("adopting a record changes nothing but who leads") {
    Record adopted = record_of_three();
    adopted.k = 1;
    const Record first = first_write(adopted, Epoch(5), ReplicaIndex{2}, at(1, 70));
    CHECK(first.ballot == Ballot{Generation(1), Epoch(5), 1});
    CHECK(first.leader == ReplicaIndex{2});
    CHECK(first.start == at(1, 70));
    CHECK(first.in_sync == adopted.in_sync);
    CHECK(first.k == 1);
}
