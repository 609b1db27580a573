#include "tests/sim/sim_worker.h"

#include <algorithm>

#include "tests/sim/box.h"

namespace foyer::sim {

using agent::Orders;
using agent::Step;
using agent::StepKind;

namespace {

constexpr std::int64_t for_ever = INT64_MAX / 4;

// Ends early when newer orders come; the others are short and run to their end.
bool is_interruptible(StepKind kind) {
    switch (kind) {
        case StepKind::EnsureImage:
        case StepKind::RunInit:
        case StepKind::RunJoin:
        case StepKind::Rejoin:
        case StepKind::Promote:
        case StepKind::Probe: return true;
        case StepKind::Prepare:
        case StepKind::Start:
        case StepKind::Reload:
        case StepKind::Fence:
        case StepKind::Stop:
        case StepKind::Erase:
        case StepKind::Wait: return false;
    }
    CHECK(false);
}

}  // namespace

SimWorker::SimWorker(Box& box, agent::LocalState local, Orders orders,
                     const agent::WorkerPorts& ports, const agent::WorkerRules& rules)
    : box_(box),
      ports_(ports),
      rules_(rules),
      partition_(local.partition),
      task_(std::move(local), ports, rules),
      orders_(std::move(orders)) {
    box_.worker_began(*this);
    wake_at(box_.room().timeline.now());
}

SimWorker::~SimWorker() {
    box_.room().timeline.cancel(timer_);
    box_.worker_ended(*this);
}

void SimWorker::order(Orders orders) {
    const bool pointless = agent::supersedes(orders.desired.get(), orders_.desired.get()) ||
                           agent::is_other_wish_of_host(orders, orders_);
    orders_ = std::move(orders);
    changed_ = true;
    if (!doing_) return wake_at(box_.room().timeline.now());
    if (!pointless) return;
    interrupt_.request_stop();
    if (is_interruptible(doing_->kind)) wake_at(box_.room().timeline.now());
}

void SimWorker::service_changed(bool ended) {
    if (doing_ || gone_) return;
    const MonoTime now = box_.clock().mono();
    if (ended) return wake_at(box_.room().timeline.now() + rules_.look_period.count() / 2);
    // The next of the probes that were left out.
    const Moment due = task_.session().next_probe.boot_ms;
    const Duration period = box_.health_period();
    Moment next = due;
    if (next < now.boot_ms)
        next += (now.boot_ms - next + period.count() - 1) / period.count() * period.count();
    wake_at(box_.room().timeline.now() + std::max<Moment>(next - now.boot_ms, 0));
}

void SimWorker::die(bool effect) {
    if (!doing_) return;
    if (!effect && is_interruptible(doing_->kind)) {
        interrupt_.request_stop();
        effect = doing_->kind == StepKind::RunJoin || doing_->kind == StepKind::Rejoin;
    }
    if (effect) task_.finish(*doing_, begun_, interrupt_.get_token());
    doing_.reset();
}

void SimWorker::wake_at(Moment when) {
    if (timer_ != no_event && timer_at_ <= when) return;
    box_.room().timeline.cancel(timer_);
    timer_at_ = when;
    timer_ = box_.room().timeline.at(when, [this] {
        timer_ = no_event;
        wake();
    });
}

void SimWorker::wake() {
    if (gone_) return;
    const Box::Entered inside(box_);
    if (doing_ && !finish()) return;
    if (gone_ || box_.agent_is_dying()) return;
    if (changed_) {
        changed_ = false;
        if (interrupt_.stop_requested()) interrupt_ = std::stop_source();
        task_.take(orders_);
    }
    task_.look();
    const Step step = task_.next();
    if (step.kind == StepKind::Wait) {
        task_.wait_with(step);
        rest(step);
    } else {
        begin(step);
    }
}

// The real worker looks once a second; here only a moment at which something can be different
// counts.
void SimWorker::rest(const Step& step) {
    box_.saw_step(partition_, last_step_, StepKind::Wait);
    last_step_ = StepKind::Wait;
    if (step.until.boot_ms >= for_ever) return;
    const agent::Session& session = task_.session();
    const Copy* copy = box_.copy(partition_);
    const bool probes = session.service == agent::ServiceState::Running && session.health &&
                        session.not_before <= box_.clock().mono() &&
                        step.until == session.next_probe;
    const bool same = copy != nullptr && copy->version == probed_version_;
    const bool awaits = session.health && session.health->diverged;
    if (probes && same && !awaits) return;
    const Moment until = box_.room().timeline.now() + (step.until - box_.clock().mono()).count();
    wake_at(std::max(until, box_.room().timeline.now() + 1));
}

void SimWorker::begin(const Step& step) {
    box_.saw_step(partition_, last_step_, step.kind);
    last_step_ = step.kind;
    begun_ = task_.begin(step);
    if (box_.agent_is_dying()) return;
    doing_ = step;
    box_.room().timeline.cancel(timer_);
    wake_at(box_.room().timeline.now() + box_.duration_of(step.kind));
}

bool SimWorker::finish() {
    const Step step = *doing_;
    doing_.reset();
    if (step.kind == StepKind::Probe)
        if (const Copy* copy = box_.copy(partition_)) probed_version_ = copy->version;
    const bool well = task_.finish(step, begun_, interrupt_.get_token());
    if (task_.erased() && leave_if_gone()) return false;
    if (!well) wake_at(box_.room().timeline.now() + rules_.fence_retry.count());
    return well;
}

bool SimWorker::leave_if_gone() {
    ports_.book.erased(partition_);
    if (orders_.desired == nullptr) {
        gone_ = true;
        return true;
    }
    task_.begin_afresh();
    orders_.removal = agent::Removal::None;
    changed_ = true;
    return false;
}

}  // namespace foyer::sim
