#include "common/leadership/members.h"

#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

TEST_CASE("a swap goes through a joint record, and only forward") {
    const Record record = record_of_three();
    const auto next = joint(record, ReplicaIndex{2}, entry(3));
    REQUIRE(next.ok());
    CHECK(next.value().ballot.seq == 2);
    CHECK(is_joint(next.value()));
    CHECK_FALSE(may_end_joint(next.value()));         // 2 is in S still
    CHECK_FALSE(leaving_from_in_sync(next.value()));  // and waits for 3
    Record grown = next.value();
    grown.in_sync.push_back(ReplicaIndex{3});
    CHECK(leaving_from_in_sync(grown) == ReplicaIndex{2});
    std::erase(grown.in_sync, ReplicaIndex{2});
    REQUIRE(may_end_joint(grown));
    const Record ended = end_joint(grown);
    CHECK(check_valid(ended).ok());
    CHECK_FALSE(is_joint(ended));
    CHECK(ended.ballot.seq == 3);
}

TEST_CASE("a change that may not be is refused") {
    const Record record = record_of_three();
    CHECK_FALSE(joint(record, ReplicaIndex{0}, entry(3)).ok());  // the leader
    CHECK_FALSE(joint(record, ReplicaIndex{7}, entry(3)).ok());
    CHECK_FALSE(joint(record, ReplicaIndex{2}, entry(1)).ok());
    CHECK_FALSE(joint(record, std::nullopt, std::nullopt).ok());
    Record busy = record;
    busy.old_members = busy.members;
    CHECK_FALSE(joint(busy, ReplicaIndex{2}, entry(3)).ok());
}

TEST_CASE("a witness is swapped without a step of S") {
    Record record = record_of_three();
    record.members[2] = entry(2, ReplicaKind::Witness);
    record.in_sync = {ReplicaIndex{0}, ReplicaIndex{1}};
    const auto next = joint(record, ReplicaIndex{2}, entry(3, ReplicaKind::Witness));
    REQUIRE(next.ok());
    CHECK(may_end_joint(next.value()));
}
