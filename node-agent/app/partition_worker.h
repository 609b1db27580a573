// One thread a partition: a slow install delays nobody else. What it does is PartitionTask.
//
// Orders may come at any time; one that makes the present step pointless or wrong interrupts it.
// Destroying the worker leaves the partition running as it is: the next agent adopts it.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "node-agent/app/partition_task.h"

namespace foyer::agent {

// What the agent asks of whoever works for one partition.
class Worker {
public:
    virtual ~Worker() = default;
    virtual void order(Orders orders) = 0;
    // Erased from the box, and nothing new ordered: the worker has ended.
    virtual bool is_gone() const = 0;
    virtual std::shared_ptr<const Assignment> desired() const = 0;
};

class PartitionWorker final : public Worker {
public:
    PartitionWorker(LocalState local, Orders orders, const WorkerPorts& ports,
                    const WorkerRules& rules);
    ~PartitionWorker() override;

    void order(Orders orders) override;
    bool is_gone() const override;
    std::shared_ptr<const Assignment> desired() const override;

private:
    void run(const std::stop_token& stop);
    void take_orders();
    bool act(const Step& step, const std::stop_token& stop);
    void wait(Duration span, const std::stop_token& stop);
    bool leave_if_gone();
    void listen(const std::shared_ptr<CopyDesk>& desk);

    ObservationBook& book_;
    const PartitionId partition_;
    const WorkerRules rules_;
    PartitionTask task_;  // of the thread alone

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    Orders orders_;
    bool changed_ = true;
    bool gone_ = false;
    std::stop_source interrupt_;

    std::jthread thread_;  // last: starts when all else is there, ends first
};

}  // namespace foyer::agent
