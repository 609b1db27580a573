#include "node-agent/app/partition_worker.h"

namespace foyer::agent {

PartitionWorker::PartitionWorker(LocalState local, Orders orders, const WorkerPorts& ports,
                                 const WorkerRules& rules)
    : book_(ports.book),
      partition_(local.partition),
      rules_(rules),
      task_(std::move(local), ports, rules),
      orders_(std::move(orders)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {
    listen(orders_.desk);
}

PartitionWorker::~PartitionWorker() {
    thread_.request_stop();
    {
        const std::scoped_lock lock(mutex_);
        interrupt_.request_stop();
    }
    wake_.notify_all();
    if (orders_.desk) orders_.desk->listen({});
}

void PartitionWorker::listen(const std::shared_ptr<CopyDesk>& desk) {
    if (!desk) return;
    desk->listen([this](const CopyOrder& now, const CopyOrder& before) {
        const std::scoped_lock lock(mutex_);
        if (interrupts(now, before)) interrupt_.request_stop();
        changed_ = true;
        wake_.notify_all();
    });
    // What was laid down before we listened is looked at, too.
    const std::scoped_lock lock(mutex_);
    changed_ = true;
    wake_.notify_all();
}

void PartitionWorker::order(Orders orders) {
    listen(orders.desk);
    const std::scoped_lock lock(mutex_);
    if (supersedes(orders.desired.get(), orders_.desired.get()) ||
        is_other_wish_of_host(orders, orders_))
        interrupt_.request_stop();
    orders_ = std::move(orders);
    changed_ = true;
    wake_.notify_all();
}

bool PartitionWorker::is_gone() const {
    const std::scoped_lock lock(mutex_);
    return gone_;
}

std::shared_ptr<const Assignment> PartitionWorker::desired() const {
    const std::scoped_lock lock(mutex_);
    return orders_.desired;
}

void PartitionWorker::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        take_orders();
        task_.look();
        const Step step = task_.next();
        if (step.kind == StepKind::Wait) {
            wait(task_.wait_with(step), stop);
        } else if (!act(step, stop)) {
            wait(rules_.fence_retry, stop);
        }
        if (task_.erased() && leave_if_gone()) return;
    }
}

void PartitionWorker::take_orders() {
    Orders orders;
    {
        const std::scoped_lock lock(mutex_);
        if (!changed_) return;
        changed_ = false;
        if (interrupt_.stop_requested()) interrupt_ = std::stop_source();
        orders = orders_;
    }
    task_.take(orders);  // looks at the desk, which may be calling us
}

bool PartitionWorker::act(const Step& step, const std::stop_token& stop) {
    std::stop_token interrupted;
    {
        const std::scoped_lock lock(mutex_);
        interrupted = interrupt_.get_token();
    }
    const std::stop_callback pass_on(stop, [this] { interrupt_.request_stop(); });
    const Status begun = task_.begin(step);
    return task_.finish(step, begun, interrupted);
}

void PartitionWorker::wait(Duration span, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, span, [this] { return changed_; });
}

bool PartitionWorker::leave_if_gone() {
    const std::scoped_lock lock(mutex_);
    book_.erased(partition_);
    if (orders_.desired == nullptr) {
        gone_ = true;
        return true;
    }
    task_.begin_afresh();
    orders_.removal = Removal::None;
    changed_ = true;
    return false;
}

}  // namespace foyer::agent
