// A store in memory with the planner's contract: rows survive load(), a batch is all or nothing,
// and faults can be asked for.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "master/app/store.h"

namespace foyer::test {

class MemoryStore final : public master::Store {
public:
    // What the next commits do; then they succeed again.
    enum class Fault { Refuse, Lose, LoseAfterWriting, Depose };

    struct Shared {
        std::mutex mutex;
        std::vector<master::Entry> written;
        std::deque<std::pair<Fault, int>> faults;  // after how many good commits
        int commits = 0;
        int loads = 0;
        bool down = false;
        bool led_by_another = false;  // seen at the next load
        int event_reads = 0;
        bool hold_event_reads = false;  // they wait until told otherwise
        std::condition_variable reading;
    };

    explicit MemoryStore(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

    Result<master::State> load(const master::ClusterSettings& settings) override {
        const std::scoped_lock lock(shared_->mutex);
        ++shared_->loads;
        if (shared_->down) return error(ErrorCode::Unavailable, "the database is down");
        if (shared_->led_by_another) return error(ErrorCode::Aborted, "another master leads");
        master::State state(settings, LineageId("lineage-1"));
        for (const master::Entry& entry : shared_->written)
            state.apply(entry.changes, entry.revision);
        state.mark_loaded();
        return state;
    }

    Status commit(const std::vector<master::Entry>& batch) override {
        const std::scoped_lock lock(shared_->mutex);
        ++shared_->commits;
        if (shared_->down) return error(ErrorCode::Unavailable, "the database is down");
        if (!shared_->faults.empty() && shared_->faults.front().second-- == 0) {
            const Fault fault = shared_->faults.front().first;
            shared_->faults.pop_front();
            switch (fault) {
                case Fault::Refuse:
                    return error(ErrorCode::FailedPrecondition, "a constraint says no");
                case Fault::Lose: return error(ErrorCode::Unavailable, "the connection is gone");
                case Fault::LoseAfterWriting:
                    shared_->written.insert(shared_->written.end(), batch.begin(), batch.end());
                    return error(ErrorCode::Unknown, "the answer to COMMIT is lost");
                case Fault::Depose: return error(ErrorCode::Aborted, "another master leads");
            }
        }
        shared_->written.insert(shared_->written.end(), batch.begin(), batch.end());
        return ok_status();
    }

    Result<std::vector<master::Event>> instance_events(const InstanceName& instance,
                                                       std::int64_t before, int count) override {
        std::unique_lock lock(shared_->mutex);
        ++shared_->event_reads;
        shared_->reading.notify_all();
        shared_->reading.wait(lock, [this] { return !shared_->hold_event_reads; });
        if (shared_->down) return error(ErrorCode::Unavailable, "the database is down");
        std::vector<master::Event> found;
        for (auto entry = shared_->written.rbegin(); entry != shared_->written.rend(); ++entry) {
            for (auto at = entry->changes.rbegin(); at != entry->changes.rend(); ++at) {
                const auto* event = at->get_if<master::Put<master::Event>>();
                if (event == nullptr || static_cast<int>(found.size()) >= count) continue;
                if (event->row.about != master::EventAbout::Instance ||
                    event->row.subject != instance.str())
                    continue;
                if (before == 0 || event->row.sequence < before) found.push_back(event->row);
                if (event->row.kind == master::ordered_event) return found;
            }
        }
        return found;
    }

    Result<std::vector<master::Event>> events(const master::EventFilter& filter, std::int64_t after,
                                              int count) override {
        const std::unique_lock lock(shared_->mutex);
        ++shared_->event_reads;
        if (shared_->down) return error(ErrorCode::Unavailable, "the database is down");
        std::vector<master::Event> found;
        for (const master::Entry& entry : shared_->written)
            for (const auto& change : entry.changes)
                if (const auto* one = change.get_if<master::Put<master::Event>>()) {
                    if (master::ends_owner(filter, one->row))
                        found.clear();
                    else if (one->row.sequence > after && master::fits(filter, one->row) &&
                             static_cast<int>(found.size()) < count)
                        found.push_back(one->row);
                }
        return found;
    }

    // Without `since` and `until`.
    Result<std::vector<AuditEntry>> audit(const master::AuditFilter& filter, std::int64_t after,
                                          int count) override {
        const std::unique_lock lock(shared_->mutex);
        if (shared_->down) return error(ErrorCode::Unavailable, "the database is down");
        std::vector<AuditEntry> found;
        for (const master::Entry& entry : shared_->written)
            for (const auto& change : entry.changes)
                if (const auto* one = change.get_if<master::Put<AuditEntry>>())
                    if (one->row.sequence > after && master::fits(filter, one->row) &&
                        static_cast<int>(found.size()) < count)
                        found.push_back(one->row);
        return found;
    }

    Result<std::vector<master::Event>> node_life(const NodeId& node, const master::Span& within,
                                                 int count) override {
        const std::unique_lock lock(shared_->mutex);
        if (shared_->down) return error(ErrorCode::Unavailable, "the database is down");
        std::vector<master::Event> found;
        for (const master::Entry& entry : shared_->written) {
            for (const auto& change : entry.changes) {
                const auto* event = change.get_if<master::Put<master::Event>>();
                if (event == nullptr || event->row.subject != node.str()) continue;
                if (!event->row.kind.starts_with("node_") || event->row.at >= within.to) continue;
                if (event->row.at < within.from) found.clear();
                if (static_cast<int>(found.size()) < count) found.push_back(event->row);
            }
        }
        return found;
    }

private:
    std::shared_ptr<Shared> shared_;
};

}  // namespace foyer::test
