#include "master/app/timed_store.h"

namespace foyer::master {

void CommitTimes::count(Duration took, bool failed) {
    const std::scoped_lock lock(mutex_);
    ++commits_;
    failures_ += failed ? 1 : 0;
    ms_ += took.count();
    for (std::size_t i = 0; i < bounds_ms.size(); ++i) {
        if (took.count() > bounds_ms[i]) continue;
        ++within_[i];
        return;
    }
}

void CommitTimes::write(MetricsText& text) const {
    const std::scoped_lock lock(mutex_);
    text.family("foyer_commit_seconds", "histogram",
                "How long the database took to commit, measured to the millisecond.");
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < bounds_ms.size(); ++i) {
        sum += within_[i];
        const std::string bound = std::to_string(bounds_ms[i] / 1000) + "." +
                                  std::to_string(1000 + bounds_ms[i] % 1000).substr(1);
        text.sample("foyer_commit_seconds_bucket", label("le", bound), static_cast<double>(sum));
    }
    text.sample("foyer_commit_seconds_bucket", label("le", "+Inf"), static_cast<double>(commits_));
    text.sample("foyer_commit_seconds_sum", {}, static_cast<double>(ms_) / 1000);
    text.sample("foyer_commit_seconds_count", {}, static_cast<double>(commits_));
    text.family("foyer_commit_failures_total", "counter",
                "Commits that the database refused, or of which the answer was lost.");
    text.sample("foyer_commit_failures_total", {}, static_cast<double>(failures_));
}

Status TimedStore::commit(const std::vector<Entry>& batch) {
    const MonoTime start = clock_.mono();
    Status done = inner_->commit(batch);
    times_.count(clock_.mono() - start, !done.ok());
    return done;
}

}  // namespace foyer::master
