// Virtual time: one queue of events, one thread, nothing that waits. Events of the same moment run
// in the order in which they were asked for, so one seed repeats a run to the byte.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "common/base/check.h"
#include "common/base/random.h"
#include "common/base/time.h"

namespace foyer::sim {

using Moment = std::int64_t;  // milliseconds since the beginning of the simulation
using EventId = std::uint64_t;

inline constexpr EventId no_event = 0;
inline constexpr Moment second = 1'000;
inline constexpr Moment minute = 60 * second;
inline constexpr Moment hour = 60 * minute;
inline constexpr Moment day = 24 * hour;

class Timeline {
public:
    Moment now() const { return now_; }
    std::uint64_t events_run() const { return run_; }

    EventId after(Moment span, std::function<void()> what) {
        return at(now_ + span, std::move(what));
    }

    EventId at(Moment when, std::function<void()> what) {
        std::uint32_t slot = 0;
        if (free_.empty()) {
            slot = static_cast<std::uint32_t>(slots_.size());
            slots_.emplace_back();
        } else {
            slot = free_.back();
            free_.pop_back();
        }
        slots_[slot].what = std::move(what);
        const EventId id = (static_cast<EventId>(slots_[slot].turn) << 32U) | slot;
        queue_.push({std::max(when, now_), next_++, id});
        return id;
    }

    // An event that ran already, or was cancelled, or never was: nothing.
    void cancel(EventId& id) {
        if (id != no_event && is_current(id)) release(id);
        id = no_event;
    }

    // Runs the next event; false when none is left before `end`.
    bool step(Moment end) {
        while (!queue_.empty() && queue_.top().when <= end) {
            const Entry next = queue_.top();
            queue_.pop();
            if (!is_current(next.id)) continue;
            now_ = next.when;
            const std::function<void()> what = std::move(slots_[slot_of(next.id)].what);
            release(next.id);
            ++run_;
            what();
            return true;
        }
        now_ = std::max(now_, end);
        return false;
    }

private:
    struct Entry {
        Moment when = 0;
        std::uint64_t order = 0;
        EventId id = no_event;
        bool operator<(const Entry& other) const {
            return std::pair(other.when, other.order) < std::pair(when, order);
        }
    };
    struct Slot {
        std::function<void()> what;
        std::uint32_t turn = 1;  // ids of earlier uses of the slot mean nothing
    };
    static std::uint32_t slot_of(EventId id) { return static_cast<std::uint32_t>(id); }
    bool is_current(EventId id) const { return slots_[slot_of(id)].turn == id >> 32U; }
    void release(EventId id) {
        Slot& slot = slots_[slot_of(id)];
        slot.what = nullptr;
        ++slot.turn;
        free_.push_back(slot_of(id));
    }

    Moment now_ = 0;
    std::uint64_t next_ = 0;
    std::uint64_t run_ = 0;
    std::priority_queue<Entry> queue_;
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> free_;
};

// A machine's clocks: both run with the timeline, the wall may be wrong, the other began at boot.
class SimClock final : public Clock {
public:
    explicit SimClock(const Timeline& timeline) : timeline_(timeline) {}
    WallTime wall() const override { return {epoch_ms + moment() + wrong_.count()}; }
    MonoTime mono() const override { return {moment() - booted_}; }

    void boot() { booted_ = timeline_.now(); }
    void step(Duration by) { wrong_ += by; }
    void right() { wrong_ = Duration(0); }
    Duration wrong() const { return wrong_; }
    // For what happened earlier and is told only now.
    void rewind_to(Moment earlier) { pretended_ = earlier; }
    void back_to_now() { pretended_ = -1; }

private:
    static constexpr std::int64_t epoch_ms = 1'772'366'400'000;  // 2026-03-01T12:00:00Z
    Moment moment() const { return pretended_ >= 0 ? pretended_ : timeline_.now(); }

    const Timeline& timeline_;
    Moment booted_ = 0;
    Duration wrong_{0};
    Moment pretended_ = -1;
};

// Draws that read like sentences.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : rng_(seed) {}
    Rng& rng() { return rng_; }
    std::uint64_t below(std::uint64_t bound) { return rng_.below(bound); }
    // Uniform in [low, high].
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low +
               static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(high - low) + 1));
    }
    bool one_in(std::uint64_t count) { return count > 0 && rng_.below(count) == 0; }
    bool per_mille(std::uint64_t share) { return rng_.below(1000) < share; }
    // Short spans often, long ones sometimes: uniform, then divided by 1 to 8.
    Moment span(Moment low, Moment high) {
        return between(low, low + (high - low) / between(1, 8));
    }
    template <class Items>
    auto& one_of(Items& items) {
        CHECK(!items.empty());
        return items[rng_.below(items.size())];
    }

private:
    SeededRng rng_;
};

}  // namespace foyer::sim
