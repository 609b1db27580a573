#include "master/store/row_pipe.h"

#include <utility>

namespace foyer::master {

bool RowPipe::push(Changes rows) {
    std::unique_lock lock(mutex_);
    moved_.wait(lock, [this] { return abandoned_ || waiting_.size() < waiting_max; });
    if (abandoned_) return false;
    waiting_.push_back(std::move(rows));
    moved_.notify_all();
    return true;
}

std::optional<Changes> RowPipe::pop() {
    std::unique_lock lock(mutex_);
    moved_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return std::nullopt;
    Changes rows = std::move(waiting_.front());
    waiting_.pop_front();
    moved_.notify_all();
    return rows;
}

void RowPipe::close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    moved_.notify_all();
}

void RowPipe::abandon() {
    const std::scoped_lock lock(mutex_);
    abandoned_ = true;
    waiting_.clear();
    moved_.notify_all();
}

}  // namespace foyer::master
