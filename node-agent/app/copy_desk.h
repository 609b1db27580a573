// Where a copy's worker and its group meet: the group lays down what it wants, the worker what it
// has seen. Thread-safe; neither waits for the other.
#pragma once

#include <functional>
#include <mutex>

#include "node-agent/domain/copy_order.h"

namespace foyer::agent {

class CopyDesk {
public:
    using Tell = std::function<void(leadership::Input)>;
    // `before` and `now` are orders: the listener decides whether work is interrupted.
    using Listener = std::function<void(const CopyOrder& now, const CopyOrder& before)>;

    // `tell` is called from the worker's thread, and must outlive it.
    CopyDesk(CopyOrder first, GroupReport report, Tell tell)
        : order_(std::move(first)), report_(std::move(report)), tell_(std::move(tell)) {}

    CopyOrder order() const {
        const std::scoped_lock lock(mutex_);
        return order_;
    }
    GroupReport report() const {
        const std::scoped_lock lock(mutex_);
        return report_;
    }
    void put(CopyOrder order, GroupReport report) {
        const std::scoped_lock lock(mutex_);
        if (order == order_ && report == report_) return;
        const CopyOrder before = std::exchange(order_, std::move(order));
        report_ = std::move(report);
        // Called with the desk held: once listen({}) has returned, nobody is called any more.
        if (listener_) listener_(order_, before);
    }
    void listen(Listener listener) {
        const std::scoped_lock lock(mutex_);
        listener_ = std::move(listener);
    }
    void tell(leadership::Input fact) const { tell_(std::move(fact)); }

private:
    mutable std::mutex mutex_;
    CopyOrder order_;
    GroupReport report_;
    Listener listener_;
    const Tell tell_;
};

}  // namespace foyer::agent
