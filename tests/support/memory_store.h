// A store in memory with the planner's contract: rows survive load(), a batch is all or nothing,
// and faults can be asked for.
#pragma once

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

    Result<std::vector<master::Event>> events(const std::string& /*subject*/,
                                              std::int64_t /*before*/, int /*count*/) override {
        return std::vector<master::Event>();
    }

private:
    std::shared_ptr<Shared> shared_;
};

}  // namespace foyer::test
