#include "common/leadership/record.h"

#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

namespace {

Hash sum(std::span<const std::uint8_t> bytes) {
    Hash hash{};
    for (std::size_t at = 0; at < bytes.size(); ++at)
        hash[at % hash.size()] = static_cast<std::uint8_t>(hash[at % hash.size()] * 31 + bytes[at]);
    return hash;
}

}  // namespace

TEST_CASE("ballots compare by generation, epoch, seq") {
    CHECK(Ballot{Generation(1), Epoch(9), 9} < Ballot{Generation(2), Epoch(0), 0});
    CHECK(Ballot{Generation(1), Epoch(2), 1} > Ballot{Generation(1), Epoch(1), 7});
    CHECK(Ballot{Generation(1), Epoch(2), 1} < Ballot{Generation(1), Epoch(2), 2});
}

TEST_CASE("a position is no bare end of a log") { CHECK(at(2, 10) > at(1, 100)); }

TEST_CASE("a record is valid, and each broken rule is named") {
    const Record good = record_of_three();
    CHECK(check_valid(good).ok());
    Record bad = good;
    bad.k = 4;
    CHECK_FALSE(check_valid(bad).ok());
    bad = good;
    bad.floor = 3;
    CHECK_FALSE(check_valid(bad).ok());
    bad = good;
    bad.in_sync = {ReplicaIndex{1}, ReplicaIndex{2}};
    CHECK_FALSE(check_valid(bad).ok());  // the leader is not in S
    bad = good;
    bad.in_sync.push_back(ReplicaIndex{3});
    CHECK_FALSE(check_valid(bad).ok());
    bad = good;
    bad.members.push_back(entry(1));
    CHECK_FALSE(check_valid(bad).ok());
    bad = good;
    bad.leader.reset();
    CHECK_FALSE(check_valid(bad).ok());  // only a first record has none
    bad = good;
    bad.old_members = {entry(0), entry(4), entry(5)};
    CHECK_FALSE(check_valid(bad).ok());  // two are swapped
}

TEST_CASE("a witness is no member of S") {
    Record record = record_of_three();
    record.members[2] = entry(2, ReplicaKind::Witness);
    CHECK_FALSE(check_valid(record).ok());
    record.in_sync = {ReplicaIndex{0}, ReplicaIndex{1}};
    CHECK(check_valid(record).ok());
    CHECK_FALSE(is_data(record, ReplicaIndex{2}));
}

TEST_CASE("a joint record needs a majority of both") {
    Record record = record_of_three();
    record.old_members = record.members;
    record.members[2] = entry(3);
    CHECK(voters(record).size() == 4);
    CHECK(is_quorum(record, {ReplicaIndex{0}, ReplicaIndex{1}}));
    CHECK_FALSE(is_quorum(record, {ReplicaIndex{0}, ReplicaIndex{3}}));
    CHECK_FALSE(is_quorum(record, {ReplicaIndex{0}, ReplicaIndex{2}}));
    CHECK(is_quorum(record, {ReplicaIndex{0}, ReplicaIndex{2}, ReplicaIndex{3}}));
}

TEST_CASE("half of four is no quorum") {
    Record record = record_of_three();
    record.members.push_back(entry(3, ReplicaKind::Witness));
    CHECK_FALSE(is_quorum(record, {ReplicaIndex{0}, ReplicaIndex{1}}));
    CHECK(is_quorum(record, {ReplicaIndex{0}, ReplicaIndex{1}, ReplicaIndex{3}}));
}

TEST_CASE("another incarnation is another voter") {
    const Record record = record_of_three();
    CHECK(names(record, ReplicaIndex{1}, entry(1).incarnation));
    CHECK_FALSE(names(record, ReplicaIndex{1}, Incarnation{1, 2}));
}

TEST_CASE("the configuration is hashed with all before it") {
    const Record record = record_of_three();
    Record other = record;
    other.members[2] = entry(3);
    const Hash first = config_hash({}, record, sum);
    CHECK(first == config_hash({}, record, sum));
    CHECK(first != config_hash({}, other, sum));
    CHECK(first != config_hash(first, record, sum));
}
