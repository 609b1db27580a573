#include "common/leadership/canonical.h"

#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

TEST_CASE("numbers are eight bytes, and texts say how long they are") {
    Bytes bytes;
    put(bytes, 258);
    CHECK(bytes == Bytes{0, 0, 0, 0, 0, 0, 1, 2});
    Bytes ab_c;
    put(ab_c, std::string_view("ab"));
    put(ab_c, std::string_view("c"));
    Bytes a_bc;
    put(a_bc, std::string_view("a"));
    put(a_bc, std::string_view("bc"));
    CHECK(ab_c != a_bc);
}

TEST_CASE("every field of a record is in its bytes") {
    const auto bytes_of = [](const Record& record) {
        Bytes bytes;
        put(bytes, record);
        return bytes;
    };
    const Record record = record_of_three();
    std::vector<Record> others(12, record);
    others[0].leader = ReplicaIndex{1};
    others[1].members.pop_back();
    others[2].old_members = record.members;
    others[3].in_sync.pop_back();
    others[4].k = 1;
    others[5].copies = 3;
    others[6].floor = 1;
    others[7].mode = ReplicationMode::Asynchronous;
    others[8].promise = Duration(8'000);
    others[9].desired = DesiredState::Stopped;
    others[10].start = at(1, 5);
    others[11].config_hash[0] = 1;
    for (const Record& other : others) CHECK(bytes_of(other) != bytes_of(record));
}
