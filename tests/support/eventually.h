// Waits for what other threads will do: true as soon as the condition holds, false after a patience
// no healthy machine needs.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

#include "common/base/time.h"

namespace foyer::test {

inline bool eventually(const std::function<bool()>& condition,
                       Duration patience = std::chrono::seconds(60)) {
    const SystemClock clock;
    const MonoTime end = clock.mono() + patience;
    std::mutex mutex;
    std::condition_variable never;
    while (clock.mono() < end) {
        if (condition()) return true;
        std::unique_lock lock(mutex);
        never.wait_for(lock, std::chrono::milliseconds(5));
    }
    return condition();
}

}  // namespace foyer::test
