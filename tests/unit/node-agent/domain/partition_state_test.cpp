#include "node-agent/domain/partition_state.h"

#include <functional>
#include <vector>

#include "tests/support/assignments.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

TEST_CASE("a shape is the same in every build: it is compared with the journalled one") {
    // FNV-1a, 64 bits, over each part and a zero byte; computed apart from this program.
    CHECK(shape_of(test::assignment(0)) == "4eb17b37fd133b1d");
}

TEST_CASE("what the service takes up only by a restart changes the shape") {
    const std::vector<std::function<void(Assignment&)>> changes{
        [](Assignment& it) { it.release_json += " "; },
        [](Assignment& it) { it.size = SizeName("m"); },
        [](Assignment& it) { it.reserved.cpu += Millicores(1); },
        [](Assignment& it) { it.reserved.memory += mebibytes(1); },
        [](Assignment& it) { it.reserved.disk += mebibytes(1); },
        [](Assignment& it) { it.parameters_json = R"({"colour":"red"})"; },
        [](Assignment& it) { it.hostname = "acme.example"; },
        [](Assignment& it) { it.url += "x"; },
        [](Assignment& it) { it.address = "fd50::9"; },
    };
    const std::string before = shape_of(test::assignment(1));
    for (std::size_t i = 0; i < changes.size(); ++i) {
        CAPTURE(i);
        Assignment changed = test::assignment(1);
        changes[i](changed);
        CHECK(shape_of(changed) != before);
    }
}

TEST_CASE("what a running service follows leaves the shape alone") {
    Assignment changed = test::assignment(1);
    const std::string before = shape_of(changed);
    changed.revision = Revision(9);
    changed.fence = test::fence(7, 2);
    changed.role = ReplicaRole::Primary;
    changed.leader = ReplicaIndex{1};
    changed.members.pop_back();
    changed.proxies.clear();
    changed.copies = 1;
    changed.secrets.by_name["replication_password"] = "another";
    CHECK(shape_of(changed) == before);
}

TEST_CASE("text that moves from one part to the next changes the shape") {
    Assignment left = test::assignment(1);
    left.hostname = "ab";
    left.url = "c";
    Assignment right = left;
    right.hostname = "a";
    right.url = "bc";
    CHECK(shape_of(left) != shape_of(right));
}

TEST_CASE("a new partition has never led and holds nothing; its service was not seen yet") {
    const LocalState local{.partition = PartitionId("acme-0")};
    CHECK(local.led == false);
    CHECK_FALSE(local.initialized);
    CHECK(local.removal == Removal::None);
    const Session session;
    CHECK(session.service == ServiceState::Absent);
    CHECK_FALSE(session.position.has_value());
}
