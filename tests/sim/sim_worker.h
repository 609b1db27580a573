// A partition's worker in virtual time: the real PartitionTask, whose steps take as long as the box
// needs for them. Quiet services are not asked: a probe whose answer would be the same as the last
// one costs no event.
#pragma once

#include <optional>
#include <stop_token>

#include "node-agent/app/partition_worker.h"
#include "tests/sim/timeline.h"

namespace foyer::sim {

class Box;

class SimWorker final : public agent::Worker {
public:
    SimWorker(Box& box, agent::LocalState local, agent::Orders orders,
              const agent::WorkerPorts& ports, const agent::WorkerRules& rules);
    ~SimWorker() override;

    void order(agent::Orders orders) override;
    bool is_gone() const override { return gone_; }
    std::shared_ptr<const Assignment> desired() const override { return orders_.desired; }

    // Its service answers something new, or ended.
    void service_changed(bool ended);
    // The agent dies now: a step under way may have had its effect already, or not.
    void die(bool effect);
    bool busy() const { return doing_.has_value(); }
    const PartitionId& partition() const { return partition_; }

private:
    void wake();
    void wake_at(Moment when);
    void rest(const agent::Step& step);
    void begin(const agent::Step& step);
    bool finish();
    bool leave_if_gone();

    Box& box_;
    agent::WorkerPorts ports_;
    agent::WorkerRules rules_;
    PartitionId partition_;
    agent::PartitionTask task_;
    agent::Orders orders_;
    bool changed_ = true;
    bool gone_ = false;
    std::stop_source interrupt_;
    std::optional<agent::Step> doing_;
    Status begun_ = ok_status();
    EventId timer_ = no_event;
    Moment timer_at_ = 0;
    std::uint64_t probed_version_ = 0;  // of the service, when it was asked last
    agent::StepKind last_step_ = agent::StepKind::Wait;
};

}  // namespace foyer::sim
