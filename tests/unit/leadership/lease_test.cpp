#include "common/leadership/lease.h"

#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

namespace {
constexpr Duration margin{1'000};
}

TEST_CASE("the lease is what a majority promised, minus the margin") {
    const Record record = record_of_three();
    PromisedUntil promised{{ReplicaIndex{0}, MonoTime{9'000}}};
    CHECK_FALSE(lease_until(record, promised, margin));
    promised[ReplicaIndex{1}] = MonoTime{7'000};
    CHECK(lease_until(record, promised, margin) == MonoTime{6'000});
    promised[ReplicaIndex{2}] = MonoTime{8'000};
    CHECK(lease_until(record, promised, margin) == MonoTime{7'000});
}

TEST_CASE("in a joint state the smaller of the two majorities counts") {
    Record record = record_of_three();
    record.old_members = record.members;
    record.members[2] = entry(3);
    PromisedUntil promised{{ReplicaIndex{0}, MonoTime{9'000}}, {ReplicaIndex{2}, MonoTime{9'000}}};
    CHECK_FALSE(lease_until(record, promised, margin));
    promised[ReplicaIndex{3}] = MonoTime{5'000};
    CHECK(lease_until(record, promised, margin) == MonoTime{4'000});
}

TEST_CASE("who is no member promises nothing") {
    const PromisedUntil promised{{ReplicaIndex{0}, MonoTime{9'000}},
                                 {ReplicaIndex{7}, MonoTime{9'000}}};
    CHECK_FALSE(lease_until(record_of_three(), promised, margin));
}
