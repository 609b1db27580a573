// How often each caller may ask: so many requests a second over time, and a store of so many at
// once. The generic cell rate algorithm (ITU-T I.371, also called a leaky bucket as a meter): one
// number a caller, the time at which his store is full again.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "common/base/result.h"
#include "common/base/time.h"

namespace foyer::master {

struct Rate {
    std::int64_t per_second = 0;  // 0: as often as he likes; up to 100,000
    std::int64_t burst = 1;       // 1 to 1,000,000
    friend bool operator==(const Rate&, const Rate&) = default;
};

struct RateVerdict {
    bool admitted = true;
    std::int64_t left = 0;    // requests that may follow at once
    Duration again_after{0};  // refused: not before
    Duration full_after{0};   // until the whole burst is there again
};

// Safe from any thread. Holds the callers that asked within the time a full store takes to refill.
class RateLimiter {
public:
    explicit RateLimiter(Rate rate);
    // One each so long over time, for what is rare.
    RateLimiter(Duration each, std::int64_t burst);

    // One request of `key` at `now`; a refused one costs nothing.
    RateVerdict take(const std::string& key, MonoTime now);
    const Rate& rate() const { return rate_; }
    std::size_t size() const;

private:
    void forget_full(std::int64_t now_us);

    const Rate rate_;
    const std::int64_t one_us_;  // what one request costs; 0: nothing
    mutable std::mutex mutex_;
    std::map<std::string, std::int64_t> full_at_us_;
    std::size_t sweep_at_ = 1'000;
};

// ResourceExhausted with the rule "rate" and when to come again.
Error too_fast(const Rate& rate, const RateVerdict& verdict);

}  // namespace foyer::master
