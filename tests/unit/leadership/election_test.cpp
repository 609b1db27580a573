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

TEST_CASE("the first in S stands first, by more than the jitter") {
    const Record record = record_of_three();
    const Timing timing;
    const Duration last_of_first = candidate_delay(record, ReplicaIndex{0}, timing, {9'999});
    const Duration first_of_second = candidate_delay(record, ReplicaIndex{1}, timing, {0});
    CHECK(last_of_first < first_of_second);
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
