// What the hooks of somebody else's software print.
#include "node-agent/app/hook_output.h"

#include "common/base/check.h"
#include "common/wire/agent_convert.h"
#include "foyer/agent/v1/agent.pb.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

// The words of one partition's software must never cost the box its whole report.
void check_carried(const PartitionObservation& seen) {
    agent::v1::Observation message;
    wire::to_wire(seen, message);
    agent::v1::Observation carried;
    CHECK(carried.ParseFromString(message.SerializeAsString()));
    CHECK(wire::from_wire(carried).ok());
}

void feed(std::string_view bytes) {
    PartitionObservation seen;
    seen.partition = PartitionId("acme-0");
    seen.step = seen.reason = std::string(bytes);  // what it said on its standard error
    check_carried(seen);
    const auto position = agent::parse_position(bytes);
    if (position.ok()) {
        seen.position = position.value().position;
        seen.followers = position.value().followers;
        check_carried(seen);
    }
    const auto health = agent::parse_health(bytes);
    if (!health.ok()) return;
    CHECK(health.value().detail.size() <= 512);
    seen.reason = health.value().detail;
    check_carried(seen);
}

std::vector<std::string> seeds() {
    return {R"({"role":"primary","epoch":3,"flushed_bytes":50331744,"replicas":[{"name":"r1g1",)"
            R"("state":"streaming","sync_state":"quorum","lag_bytes":12},{"name":"r2g1"}]})",
            R"({"role":"standby","epoch":0,"flushed_bytes":0,"receiving":true})",
            R"({"healthy":true,"ready":false,"diverged":true,"detail":"caf)"
            "\xc3\xa9\"}"};
}

}  // namespace

const Target hook_output{"hook_output", feed, seeds};

}  // namespace foyer::fuzz
