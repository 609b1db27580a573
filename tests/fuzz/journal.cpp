// The agent's journal: whole files that hold something else than it wrote.
#include <nlohmann/json.hpp>

#include "common/base/check.h"
#include "node-agent/state/desired_json.h"
#include "node-agent/state/local_json.h"
#include "tests/fuzz/target.h"
#include "tests/support/assignments.h"

namespace foyer::fuzz {
namespace {

void feed(std::string_view bytes) {
    const auto body =
        nlohmann::json::parse(bytes.begin(), bytes.end(), nullptr, /*allow_exceptions=*/false);
    if (body.is_discarded()) return;
    if (const auto desired = agent::desired_from_json(body)) {
        const auto again = agent::desired_from_json(
            agent::to_json(desired->desired, desired->removed, desired->agent_version));
        CHECK(again && again->desired == desired->desired && again->removed == desired->removed);
    }
    if (const auto local = agent::local_from_json(body))
        CHECK(agent::local_from_json(agent::to_json(*local)) == local);
}

std::vector<std::string> seeds() {
    DesiredNode desired;
    desired.lineage = LineageId("l1");
    desired.revision = Revision(9);
    desired.settings = {Revision(9), "fd50:1::/64", "fd50::/48", true, "foyer.localhost"};
    for (const int index : {0, 1}) {
        const Assignment made = test::assignment(index);
        desired.assignments[made.partition] = made;
    }
    desired.peers[NodeId("edge-1")] = {
        NodeId("edge-1"),  Revision(2),       true,
        WgPublicKey("k="), "192.0.2.1:51820", {"fd50::/48", "fd50:2::/64"}};
    desired.routes["a.z"] = {"a.z", Revision(3), InstanceName("acme"), test::fence(2),
                             "[fd50::1]:8000"};
    agent::LocalState local;
    local.partition = PartitionId("acme-0");
    local.initialized = true;
    local.fence = local.applied = local.promoted = test::fence(3);
    local.shape = "echo 1-1 s";
    local.removal = agent::Removal::Forgotten;
    local.removed_at = WallTime{1'772'368'200'250};
    return {agent::to_json(desired, {}, "1.2").dump(), agent::to_json(local).dump()};
}

}  // namespace

const Target journal{"journal", feed, seeds};

}  // namespace foyer::fuzz
