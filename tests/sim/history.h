// The log of one copy, as a list of reigns: which epoch wrote up to which byte. Only one leader
// writes in an epoch, so (epoch, byte) names a record for ever.
#pragma once

#include <cstdint>
#include <vector>

#include "common/model/assignment.h"

namespace foyer::sim {

struct Reach {
    Epoch epoch;
    std::int64_t end = 0;
    friend auto operator<=>(const Reach&, const Reach&) = default;
};

class History {
public:
    bool empty() const { return reigns_.empty(); }
    Reach reach() const { return reigns_.empty() ? Reach{} : reigns_.back(); }

    void found(Epoch epoch, std::int64_t bytes) { reigns_ = {{epoch, bytes}}; }
    void append(std::int64_t bytes) { reigns_.back().end += bytes; }
    // A new leader's first record.
    void take_over(Epoch epoch) {
        const std::int64_t end = reach().end + 1;
        if (reach().epoch == epoch) {
            reigns_.back().end = end;
        } else {
            reigns_.push_back({epoch, end});
        }
    }
    // As much of `other` as ends at `reach`; nothing when this is further already.
    void follow(const History& other, Reach reach) {
        if (!empty() && this->reach() >= reach) return;
        reigns_.clear();
        for (const Reach& reign : other.reigns_) {
            reigns_.push_back(reign);
            if (reign.end >= reach.end) break;
        }
        if (!reigns_.empty() && reigns_.back().end > reach.end) reigns_.back().end = reach.end;
    }
    void clear() { reigns_.clear(); }

    bool holds(Reach record) const {
        for (const Reach& reign : reigns_)
            if (reign.end >= record.end) return reign.epoch == record.epoch;
        return false;
    }
    bool is_prefix_of(const History& other) const {
        if (reigns_.size() > other.reigns_.size()) return false;
        for (std::size_t i = 0; i < reigns_.size(); ++i) {
            const bool last = i + 1 == reigns_.size();
            const Reach& mine = reigns_[i];
            const Reach& theirs = other.reigns_[i];
            if (mine.epoch != theirs.epoch) return false;
            if (last ? mine.end > theirs.end : mine.end != theirs.end) return false;
        }
        return true;
    }

private:
    std::vector<Reach> reigns_;
};

}  // namespace foyer::sim
