// LeaseFences of this machine: the firewall's gate (net/lease_gate) and the killer (fence_keeper).
#pragma once

#include <map>
#include <mutex>
#include <optional>

#include "node-agent/app/ports.h"
#include "node-agent/net/lease_gate.h"
#include "node-agent/runtime/cgroup.h"
#include "node-agent/runtime/fence_keeper.h"

namespace foyer::agent {

class BoxFences final : public LeaseFences {
public:
    // No lease is longer: T up to 100 s, and some room.
    static constexpr Duration lease_max{120'000};

    // `clock` must outlive it. `run_dir`: of the box; `program`: foyer-fence.
    BoxFences(std::string program, const std::string& run_dir, std::string box_netns,
              Cgroups groups, const Clock& clock);

    Status extend(const PartitionId& id, MonoTime until, Gate clients) override;
    Status lift(const PartitionId& id) override;
    Status close(const PartitionId& id) override;
    Status silence(const PartitionId& id) override;
    Status forget(const PartitionId& id) override;

private:
    Result<FenceRequest> request_for(const PartitionId& id, MonoTime until) const;
    int first_process(const PartitionId& id);

    const Clock& clock_;
    const Cgroups groups_;
    std::mutex turn_;  // both fences see calls in one order
    std::map<PartitionId, os::UniqueFd> processes_;
    LeaseGate gate_;
    FenceKeeper keeper_;
};

}  // namespace foyer::agent
