#include "master/login/bounded_worker.h"

#include <utility>

namespace foyer::master {

BoundedWorker::BoundedWorker(Limits limits)
    : limits_(limits), thread_([this](const std::stop_token& stop) { run(stop); }) {}

BoundedWorker::~BoundedWorker() {
    thread_.request_stop();
    thread_.join();
}

Status BoundedWorker::post(const std::string& source, std::function<void()> work) {
    const std::scoped_lock lock(mutex_);
    std::size_t& own = waiting_[source];
    if (jobs_.size() >= limits_.waiting_max || own >= limits_.per_source_max) {
        if (own == 0) waiting_.erase(source);
        return error(ErrorCode::Unavailable, "too many want to log in at this moment; try again",
                     {{"rule", "login_busy"}});
    }
    ++own;
    jobs_.push_back({source, std::move(work)});
    wake_.notify_one();
    return ok_status();
}

void BoundedWorker::run(const std::stop_token& stop) {
    while (true) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            if (!wake_.wait(lock, stop, [this] { return !jobs_.empty(); })) return;
            job = std::move(jobs_.front());
            jobs_.pop_front();
            const auto own = waiting_.find(job.source);
            if (--own->second == 0) waiting_.erase(own);
        }
        job.work();
    }
}

}  // namespace foyer::master
