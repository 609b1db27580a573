#include "node-agent/volume/replica_file.h"

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;
using nlohmann::json;

namespace {

Assignment acme() {
    Assignment made;
    made.instance = InstanceName("acme");
    made.index = ReplicaIndex{1};
    made.role = ReplicaRole::Standby;
    made.fence = {Generation(2), Epoch(3)};
    made.parameters_json = R"({"company":"Acme SARL"})";
    made.hostname = "acme.foyer.localhost";
    made.url = "https://acme.foyer.localhost/";
    made.address = "fd50:f0e:1:b::1";
    made.copies = 2;
    made.members = {{ReplicaIndex{0}, "r0g2", ReplicaKind::Data, "fd50:f0e:1:a::1"},
                    {ReplicaIndex{1}, "r1g2", ReplicaKind::Data, "fd50:f0e:1:b::1"},
                    {ReplicaIndex{2}, "r2g2", ReplicaKind::Witness, "fd50:f0e:1:c::1"}};
    made.proxies = {"fd50:f0e:1:1::"};
    return made;
}

json replica(const Assignment& assignment) {
    return json::parse(
        replica_json(assignment, ReleaseName("tryton"), ReleaseVersion("7.0-1")).value());
}

}  // namespace

TEST_CASE("replica.json says what the contract says") {
    Assignment assignment = acme();
    assignment.leader = ReplicaIndex{0};
    const json expected = json::parse(R"({
      "instance": "acme", "release": "tryton", "version": "7.0-1",
      "hostname": "acme.foyer.localhost", "url": "https://acme.foyer.localhost/",
      "parameters": {"company": "Acme SARL"}, "index": 1,
      "role": "standby", "generation": 2, "epoch": 3, "address": "fd50:f0e:1:b::1",
      "copies": 2, "primary": {"index": 0, "name": "r0g2", "address": "fd50:f0e:1:a::1"},
      "members": [{"index": 0, "name": "r0g2", "address": "fd50:f0e:1:a::1"},
                  {"index": 1, "name": "r1g2", "address": "fd50:f0e:1:b::1"}],
      "proxies": ["fd50:f0e:1:1::"]})");
    CHECK(replica(assignment) == expected);
}

TEST_CASE("while nobody leads there is no primary to follow") {
    CHECK_FALSE(replica(acme()).contains("primary"));
}

TEST_CASE("a leader that is no member, and parameters that are no object, are refused") {
    Assignment assignment = acme();
    assignment.leader = ReplicaIndex{9};
    CHECK_FALSE(replica_json(assignment, ReleaseName("x"), ReleaseVersion("1")).ok());
    assignment = acme();
    assignment.parameters_json = "[1]";
    CHECK_FALSE(replica_json(assignment, ReleaseName("x"), ReleaseVersion("1")).ok());
    assignment.parameters_json = "";
    CHECK(replica(assignment)["parameters"] == json::object());
}

TEST_CASE("learners are listed apart from the members, and only when there are any") {
    Assignment assignment = acme();
    CHECK_FALSE(replica(assignment).contains("learners"));
    assignment.learners = {{{3}, "r3g1", ReplicaKind::Data, "fd50::4"},
                           {{4}, "r4g1", ReplicaKind::Witness, "fd50::5"}};
    REQUIRE(replica(assignment)["learners"].size() == 1);
    CHECK(replica(assignment)["learners"][0]["name"] == "r3g1");
    CHECK(replica(assignment)["members"].size() == 2);  // the data members
}
