// Assignments with good defaults: the two-copy instance "acme" at generation 1.
#pragma once

#include <cstdint>
#include <string>

#include "common/model/assignment.h"

namespace foyer::test {

inline Fence fence(std::uint64_t epoch, std::uint64_t generation = 1) {
    return {Generation(generation), Epoch(epoch)};
}

// A standby of the leader 0; `index` 0 makes the founding primary.
inline Assignment assignment(int index, std::uint64_t epoch = 1, std::uint64_t revision = 1) {
    Assignment made;
    made.partition = PartitionId("acme-" + std::to_string(index));
    made.revision = Revision(revision);
    made.instance = InstanceName("acme");
    made.ordered_at = WallTime{1'700'000'000'000};
    made.index = {index};
    made.role = index == 0 ? ReplicaRole::Primary : ReplicaRole::Standby;
    made.fence = fence(epoch);
    made.leader = ReplicaIndex{0};
    made.founder = index == 0;
    made.release_json = R"({"name":"echo"})";
    made.size = SizeName("s");
    made.reserved = {Millicores(500), mebibytes(256), gibibytes(1), KbitPerSecond(500)};
    made.parameters_json = "{}";
    made.hostname = "acme.foyer.localhost";
    made.url = "https://acme.foyer.localhost/";
    made.address = "fd50::" + std::to_string(index + 1);
    made.copies = 2;
    made.members = {{{0}, "r0g1", ReplicaKind::Data, "fd50::1"},
                    {{1}, "r1g1", ReplicaKind::Data, "fd50::2"}};
    made.proxies = {"fd50:1::"};
    made.secrets.by_name = {{"replication_password", "s3cret"}};
    return made;
}

}  // namespace foyer::test
