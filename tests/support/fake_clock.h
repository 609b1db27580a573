// A clock that moves only when the test moves it.
#pragma once

#include <mutex>

#include "common/base/time.h"

namespace foyer::test {

class FakeClock final : public Clock {
public:
    explicit FakeClock(WallTime wall = WallTime{1'772'368'200'250},
                       MonoTime mono = MonoTime{1'000'000})
        : wall_(wall), mono_(mono) {}

    WallTime wall() const override {
        const std::scoped_lock lock(mutex_);
        return wall_;
    }
    MonoTime mono() const override {
        const std::scoped_lock lock(mutex_);
        return mono_;
    }
    void advance(Duration span) {
        const std::scoped_lock lock(mutex_);
        wall_ = wall_ + span;
        mono_ = mono_ + span;
    }
    // The wall clock alone steps, as NTP or a person steps it.
    void step_wall(Duration span) {
        const std::scoped_lock lock(mutex_);
        wall_ = wall_ + span;
    }

private:
    mutable std::mutex mutex_;
    WallTime wall_;
    MonoTime mono_;
};

}  // namespace foyer::test
