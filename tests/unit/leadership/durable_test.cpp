#include "common/leadership/durable.h"

#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

TEST_CASE("the holder is the writer of the epoch's record, else the one voted for") {
    Durable durable = durable_of(1, record_of_three());
    CHECK(holder(durable) == ReplicaIndex{0});
    durable.epoch = Epoch(2);
    durable.voted_for = ReplicaIndex{2};
    CHECK(holder(durable) == ReplicaIndex{2});
    durable.record->ballot.epoch = Epoch(2);
    durable.record->leader = ReplicaIndex{0};
    CHECK(holder(durable) == ReplicaIndex{0});  // the one voted for had lost
}

TEST_CASE("what contains the base has all this copy acknowledged") {
    const RejoinBase base{{Generation(1), Epoch(3)}, at(2, 60)};
    CHECK(contains_base(at(3, 10), base));
    CHECK(contains_base(at(2, 60), base));
    CHECK_FALSE(contains_base(at(2, 59), base));
    CHECK_FALSE(contains_base(at(1, 100), base));
}

TEST_CASE("evidence is noted once and never without bound") {
    Durable durable;
    for (int round = 0; round < 3; ++round)
        for (int who = 0; who < 40; ++who)
            note(durable, {EvidenceKind::TwoRecords, ReplicaIndex{who}, {}});
    CHECK(durable.evidence.size() == evidence_max);
    CHECK(to_text(durable.evidence[0].kind) == "two_records");
}
