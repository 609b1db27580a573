// Times each commit of the store behind it. Every write of every caller waits for a commit, so this
// is the database's latency as customers feel it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>

#include "common/base/time.h"
#include "master/app/metrics.h"
#include "master/app/store.h"

namespace foyer::master {

// How long commits took, as a histogram; and how many failed, whatever the reason.
class CommitTimes {
public:
    static constexpr std::array<std::int64_t, 10> bounds_ms{5,   10,   25,   50,   100,
                                                            250, 1000, 2500, 5000, 10'000};

    void count(Duration took, bool failed);
    void write(MetricsText& text) const;

private:
    mutable std::mutex mutex_;
    std::array<std::uint64_t, bounds_ms.size()> within_{};  // not added up
    std::uint64_t commits_ = 0;
    std::uint64_t failures_ = 0;
    std::int64_t ms_ = 0;
};

class TimedStore final : public Store {
public:
    // Borrows clock and times.
    TimedStore(std::unique_ptr<Store> inner, const Clock& clock, CommitTimes& times)
        : inner_(std::move(inner)), clock_(clock), times_(times) {}

    Result<State> load(const ClusterSettings& settings) override { return inner_->load(settings); }
    Status commit(const std::vector<Entry>& batch) override;
    Result<std::vector<Event>> instance_events(const InstanceName& instance, std::int64_t before,
                                               int count) override {
        return inner_->instance_events(instance, before, count);
    }
    Result<std::vector<Event>> events(const EventFilter& filter, std::int64_t after,
                                      int count) override {
        return inner_->events(filter, after, count);
    }
    Result<std::vector<AuditEntry>> audit(const AuditFilter& filter, std::int64_t after,
                                          int count) override {
        return inner_->audit(filter, after, count);
    }
    Result<std::vector<Event>> node_life(const NodeId& node, const Span& within,
                                         int count) override {
        return inner_->node_life(node, within, count);
    }

private:
    std::unique_ptr<Store> inner_;
    const Clock& clock_;
    CommitTimes& times_;
};

}  // namespace foyer::master
